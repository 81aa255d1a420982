// A note or a frame of the canvas in the admin API.
import { z } from 'zod'
import { canvasNoteFields } from '../objects/canvas-note-fields.ts'
import { etag, id, timestamp } from '../objects/field-schemas.ts'
import { acceptedShape, requiredMask, shownShape } from '../objects/field-table.ts'

const accepted = acceptedShape(canvasNoteFields)

export const canvasNoteCreate = z
  .strictObject(accepted)
  .partial()
  .required(requiredMask(canvasNoteFields))
  .meta({ id: 'CanvasNoteCreate' })
export type CanvasNoteCreate = z.infer<typeof canvasNoteCreate>

/** A note stays a note, a frame a frame. */
export const canvasNotePatch = z
  .strictObject(accepted)
  .omit({ kind: true })
  .partial()
  .meta({ id: 'CanvasNotePatch' })

export const canvasNoteView = z
  .object({ id, etag, ...shownShape(canvasNoteFields), created_at: timestamp, updated_at: timestamp })
  .meta({ id: 'CanvasNote' })
export type CanvasNoteView = z.infer<typeof canvasNoteView>

export const canvasNoteList = z.array(canvasNoteView).meta({ id: 'CanvasNoteList' })
