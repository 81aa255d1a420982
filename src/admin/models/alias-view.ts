// Shows a model alias to the admin and to the audit.
import type { ModelAliasView } from '../../contract/models/model-alias.ts'
import { modelAliasFields } from '../../contract/objects/model-alias-fields.ts'
import { findById, type AliasConfig, type Configuration } from '../../core/state/configuration.ts'
import type { AuditFields } from '../changes/audit-diff.ts'
import { aliasEtag } from '../changes/etag.ts'
import { createFieldView } from '../changes/field-values.ts'

const settings = createFieldView(modelAliasFields)

export const aliasView = (alias: AliasConfig): ModelAliasView => ({
  id: alias.id,
  etag: aliasEtag(alias),
  ...settings(alias),
  created_at: alias.createdAt,
  updated_at: alias.updatedAt,
})

export function describeAlias({ aliases }: Configuration, id: number): AuditFields | null {
  const alias = findById(aliases, id)
  return alias ? settings(alias) : null
}
