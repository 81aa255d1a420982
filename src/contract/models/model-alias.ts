// A model alias in the admin API.
import { z } from 'zod'
import { etag, id, timestamp } from '../objects/field-schemas.ts'
import { acceptedShape, requiredMask, shownShape } from '../objects/field-table.ts'
import { modelAliasFields } from '../objects/model-alias-fields.ts'

const accepted = acceptedShape(modelAliasFields)

export const modelAliasCreate = z
  .strictObject(accepted)
  .partial()
  .required(requiredMask(modelAliasFields))
  .meta({ id: 'ModelAliasCreate' })

export const modelAliasPatch = z.strictObject(accepted).partial().meta({ id: 'ModelAliasPatch' })

export const modelAliasView = z
  .object({ id, etag, ...shownShape(modelAliasFields), created_at: timestamp, updated_at: timestamp })
  .meta({ id: 'ModelAlias' })
export type ModelAliasView = z.infer<typeof modelAliasView>

export const modelAliasList = z.array(modelAliasView).meta({ id: 'ModelAliasList' })
