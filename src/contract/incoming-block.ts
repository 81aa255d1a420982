// An incoming block, a named group of client tokens, in the admin API.
import { z } from 'zod'
import { etag, id, timestamp } from './objects/field-schemas.ts'
import { acceptedShape, requiredMask, shownShape } from './objects/field-table.ts'
import { incomingBlockFields } from './objects/incoming-block-fields.ts'

const accepted = acceptedShape(incomingBlockFields)

export const incomingBlockCreate = z
  .strictObject(accepted)
  .partial()
  .required(requiredMask(incomingBlockFields))
  .meta({ id: 'IncomingBlockCreate' })

export const incomingBlockPatch = z.strictObject(accepted).partial().meta({ id: 'IncomingBlockPatch' })

export const incomingBlockView = z
  .object({ id, etag, ...shownShape(incomingBlockFields), created_at: timestamp, updated_at: timestamp })
  .meta({ id: 'IncomingBlock' })
export type IncomingBlockView = z.infer<typeof incomingBlockView>

export const incomingBlockList = z.array(incomingBlockView).meta({ id: 'IncomingBlockList' })
