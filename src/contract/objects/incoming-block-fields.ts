// The fields of an incoming block.
import { displayName, position } from './field-schemas.ts'
import type { FieldTable } from './field-table.ts'

export const incomingBlockFields = {
  name: {
    schema: displayName,
    property: 'name',
    initial: '',
    isRequired: true,
    takes: '1 to 120 visible characters',
  },
  pos_x: {
    schema: position,
    property: 'posX',
    initial: 256,
    inFile: 'never',
    meaning: 'position on the canvas',
  },
  pos_y: {
    schema: position,
    property: 'posY',
    initial: 300,
    inFile: 'never',
    meaning: 'position on the canvas',
  },
} as const satisfies FieldTable
