// An incoming block (a named group of client tokens) as the admin API reads and shows it.
import { z } from 'zod'
import { displayName, etag, id, position, timestamp } from './fields.ts'

const writable = { name: displayName, pos_x: position, pos_y: position }

export const incomingBlockCreate = z
  .strictObject(writable)
  .partial()
  .required({ name: true })
  .meta({ id: 'IncomingBlockCreate' })

export const incomingBlockPatch = z.strictObject(writable).partial().meta({ id: 'IncomingBlockPatch' })
export type IncomingBlockPatch = z.infer<typeof incomingBlockPatch>

export const incomingBlockView = z
  .object({ id, etag, ...writable, created_at: timestamp, updated_at: timestamp })
  .meta({ id: 'IncomingBlock' })
export type IncomingBlockView = z.infer<typeof incomingBlockView>

export const incomingBlockList = z.array(incomingBlockView).meta({ id: 'IncomingBlockList' })
