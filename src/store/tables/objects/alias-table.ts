// Model aliases in the store.
import { modelAliasFields } from '../../../contract/objects/model-alias-fields.ts'
import type { AliasConfig } from '../../../core/state/configuration.ts'
import { createFieldMapping } from '../field-columns.ts'
import type { ObjectMapping } from './object-table.ts'
import type { AliasValues } from '../../store.ts'

export const aliasMapping: ObjectMapping<'model_aliases', AliasValues, AliasConfig> = {
  table: 'model_aliases',
  conflict: 'another model alias has this name',
  ...createFieldMapping(modelAliasFields),
  edits: ({ aliases }) => aliases,
}
