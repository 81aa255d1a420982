// A test of an endpoint, stored or not: whether it can be reached and which models it has.
import { z } from 'zod'
import { endpointCreate } from './endpoint.ts'
import { id } from './objects/field-schemas.ts'

export const endpointTest = endpointCreate
  .pick({ base_url: true, api_key: true, auth_style: true, verify_tls: true, timeout_seconds: true })
  .extend({
    endpoint_id: id.optional().meta({
      description:
        'Whose stored key is sent where the body has none, and only to that endpoint’s own origin.',
    }),
  })
  .meta({ id: 'EndpointTest' })

const finding = (about: string) =>
  z
    .object({
      result: z.enum(['yes', 'no', 'unknown']),
      detail: z.string().meta({ description: 'How this was found out, in words.' }),
    })
    .meta({ description: about })
export type EndpointFinding = z.infer<ReturnType<typeof finding>>

export const endpointTestView = z
  .object({
    ok: z.boolean().meta({ description: 'Whether it lists models and does not refuse the key.' }),
    reachable: finding('Whether it responds to HTTP.'),
    authorised: finding(
      'Whether it accepts the key, tried with an invalid chat completion, which generates nothing: a list of models may be public.',
    ),
    has_models: finding('Whether it lists its models.'),
    status: z.int().nullable().meta({ description: 'HTTP status; null where there was no response.' }),
    latency_ms: z
      .number()
      .meta({ description: 'From the start, connection included, to the end of the response.' }),
    models: z.array(z.string()).meta({ description: 'Ids, in the order of the response, at most 100.' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'EndpointTestResult' })
export type EndpointTestView = z.infer<typeof endpointTestView>
