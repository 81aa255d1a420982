// The fields of an incoming block.
import { displayName, modelPatterns, normalisePatterns, position } from './field-schemas.ts'
import type { FieldTable } from './field-table.ts'

export const incomingBlockFields = {
  name: {
    schema: displayName,
    property: 'name',
    initial: '',
    isRequired: true,
    takes: '1 to 120 visible characters',
  },
  allowed_models: {
    schema: modelPatterns.meta({
      description: 'What requests of the block may name; empty for any model.',
    }),
    property: 'allowedModels',
    initial: [] as readonly string[],
    normalise: normalisePatterns,
    takes: 'a list of model names and patterns with `*`',
    meaning: 'the models and aliases that its clients may use; empty for all',
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
