// The fields of a model alias: a public name for one or more models, in order of preference.
import { z } from 'zod'
import { count, endpointName, id, modelName } from './field-schemas.ts'
import type { FieldTable } from './field-table.ts'

const MAX_TARGETS = 32

const target = z.object({ model: modelName, endpoint_id: id.nullable() })
export type AliasTarget = z.infer<typeof target>

const acceptedTarget = z.strictObject({
  model: modelName,
  endpoint_id: count
    .nullish()
    .meta({ description: 'The only endpoint that serves this target; absent, null or 0 for any.' }),
})

const targetInFile = z.strictObject({ model: modelName, endpoint: endpointName.optional() })

export const modelAliasFields = {
  name: {
    schema: modelName,
    property: 'name',
    initial: '',
    isRequired: true,
    takes: '1 to 256 characters without spaces and `*`',
    meaning: 'what clients ask for, unique; an alias comes before a model of its name',
  },
  targets: {
    schema: z.array(target).min(1).max(MAX_TARGETS),
    accepts: z.array(acceptedTarget).min(1).max(MAX_TARGETS),
    property: 'targets',
    initial: [] as readonly AliasTarget[],
    isRequired: true,
    inFile: 'always',
    reference: { name: 'targets', schema: z.array(targetInFile).min(1).max(MAX_TARGETS) },
    normalise: (targets: readonly z.infer<typeof acceptedTarget>[]): readonly AliasTarget[] =>
      targets.map(({ model, endpoint_id }) => ({ model, endpoint_id: endpoint_id || null })),
    takes: 'a list of 1 to 32 `{model, endpoint_id}`',
    meaning: 'the models behind it, in order: the first one with an available endpoint serves',
  },
  on_full: {
    schema: z.enum(['wait', 'next']),
    property: 'onFull',
    initial: 'wait',
    takes: '`wait` or `next`',
    meaning: 'whether a request waits for a target whose endpoints are all full, or goes to the next',
  },
  rewrite_response: {
    schema: z.boolean(),
    property: 'rewriteResponse',
    initial: false,
    meaning: "whether responses name the alias as their `model`, in place of the backend's name",
  },
} as const satisfies FieldTable
