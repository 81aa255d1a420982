// The fields of a note or a frame on the canvas, which have no effect on routing.
import { z } from 'zod'
import { canvasColor, COLORS_TAKEN } from './canvas-colors.ts'
import { position } from './field-schemas.ts'
import type { FieldTable } from './field-table.ts'

/** Notes and frames together. */
export const MAX_NOTES = 500

export const MAX_NOTE_TEXT = 2000
const LEAST_SIDE = 48
const MAX_SIDE = 100_000

const controlCharacter = /[^\P{Cc}\n]/u

const noteText = z
  .string()
  .min(1)
  .max(MAX_NOTE_TEXT)
  .refine((text) => text.trim() !== '' && !controlCharacter.test(text), 'takes visible characters and lines')

const side = z.number().min(LEAST_SIDE).max(MAX_SIDE)

export const canvasNoteFields = {
  kind: {
    schema: z.enum(['note', 'frame']),
    property: 'kind',
    initial: 'note',
    isRequired: true,
    takes: '`note` or `frame`',
    meaning: 'a note is a card with text; a frame is an area behind cards, whose text is its title',
  },
  text: {
    schema: noteText,
    property: 'text',
    initial: '',
    isRequired: true,
    takes: '1 to 2,000 characters',
    meaning: 'plain text with line breaks',
  },
  color: {
    schema: canvasColor,
    property: 'color',
    initial: 'gray',
    takes: COLORS_TAKEN,
  },
  width: { schema: side, property: 'width', initial: 224, meaning: 'in pixels at 100 % zoom' },
  height: { schema: side, property: 'height', initial: 128, meaning: 'in pixels at 100 % zoom' },
  pos_x: { schema: position, property: 'posX', initial: 0, meaning: 'position on the canvas' },
  pos_y: { schema: position, property: 'posY', initial: 0, meaning: 'position on the canvas' },
} as const satisfies FieldTable
