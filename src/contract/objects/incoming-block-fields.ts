// The fields of an incoming block.
import { displayName, modelPatterns, normalisePatterns, position } from './field-schemas.ts'
import type { FieldTable } from './field-table.ts'
import { placement, routingMode, sessionAffinity } from './routing-field-schemas.ts'

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
  routing_mode: {
    schema: routingMode.nullable().meta({ description: "null for the gateway's." }),
    property: 'routingMode',
    initial: null,
    takes: '`percentage`, `priority` or `balanced`, or null',
    meaning: "the routing mode of its requests; null for the gateway's",
  },
  placement: {
    schema: placement.nullable().meta({ description: "null for the gateway's." }),
    property: 'placement',
    initial: null,
    takes: '`quota_order`, `load` or `prefix`, or null',
    meaning: "which of the eligible endpoints takes a request of it; null for the gateway's",
  },
  session_affinity: {
    schema: sessionAffinity,
    property: 'sessionAffinity',
    initial: 'none',
    takes: '`none`, `token`, `user`, `prompt_cache_key` or `header:<name>`',
    meaning:
      'what tells the sessions of its clients apart, whose requests stay at one endpoint: the client token, a field ' +
      'of the request, or a header field, in lower case, such as `header:x-session-id`',
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
