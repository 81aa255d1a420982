// The models that endpoints serve, in the admin API.
import { z } from 'zod'
import { count, id, timestamp } from '../objects/field-schemas.ts'

const name = z.string().meta({ description: 'As clients ask for it, at most 256 characters.' })
const text = z.string().nullable()

const card = {
  max_model_len: z.number().nullable().meta({ description: 'Tokens of a prompt and its completion.' }),
  owned_by: text,
  root: text.meta({ description: 'What the backend has loaded for it.' }),
  parent: text.meta({ description: 'The model that it adapts.' }),
}
const cardDescription = 'As the backend says; null where it does not.'

const endpointModels = {
  id,
  known: z.boolean().meta({ description: 'Whether its backend has said which models it has.' }),
  read_at: timestamp.nullable().meta({ description: 'When the backend last said so.' }),
  failed: z.boolean().meta({ description: 'Whether it did not when it was last asked.' }),
  takes_any: z.boolean().meta({ description: 'Whether requests for any model may go to it.' }),
  listed: count.meta({ description: 'Models in the list of its backend.' }),
  served: count.meta({ description: 'Models that it serves and whose names are known.' }),
}

// Query strings carry numbers as text.
export const modelsQuery = z.strictObject({
  search: z.string().max(256).optional().meta({ description: 'Text in the name, in any case.' }),
  limit: z.coerce.number().int().min(0).max(10_000).default(1000),
})
export type ModelsQuery = z.infer<typeof modelsQuery>

export const modelsView = z
  .object({
    revision: count.meta({
      description: 'Another number whenever something here but `read_at` may be different; see Live.',
    }),
    total: count.meta({ description: 'Models that fit the search.' }),
    models: z
      .array(
        z.object({
          id: name,
          ...card,
          endpoint_ids: z.array(id).meta({ description: 'Of those that serve it.' }),
        }),
      )
      .meta({
        description: `The first of them by name, as far as the limit allows. ${cardDescription} The least max_model_len of all.`,
      }),
    endpoints: z.array(
      z.object({
        ...endpointModels,
        names: z.array(name).meta({ description: 'The first ten that it serves.' }),
      }),
    ),
    unusable_wires: z.array(z.object({ incoming_block_id: id, endpoint_id: id })).meta({
      description:
        'Wires that no request can take, as clients of the block may name no model that the endpoint serves, and no alias ' +
        'for one.',
    }),
  })
  .meta({ id: 'Models' })
export type ModelsView = z.infer<typeof modelsView>

export const endpointModelsView = z
  .object({
    revision: count,
    ...endpointModels,
    models: z
      .array(
        z.object({
          id: name,
          ...card,
          listed: z.boolean().meta({ description: 'Whether its backend lists it.' }),
          served: z.boolean().meta({ description: 'Whether the field models leaves it to the endpoint.' }),
        }),
      )
      .meta({ description: `Listed or served, the first 1,000 by name. ${cardDescription}` }),
  })
  .meta({ id: 'EndpointModels' })
export type EndpointModelsView = z.infer<typeof endpointModelsView>
