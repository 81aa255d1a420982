// The history of traffic over hours and days in the admin API.
import { z } from 'zod'
import { moment } from '../audit.ts'
import { count, id, timestamp } from '../objects/field-schemas.ts'

const figures = z.object({
  requests: count.meta({ description: 'Those that ended.' }),
  failures: count,
  tokens: count.meta({ description: 'Completion tokens.' }),
  first_token_ms: z.number().nullable().meta({
    description: 'Mean time to the first token of streams that ended; null where none did.',
  }),
  inflight: count.meta({ description: 'The most at any of the samples, which are ten seconds apart.' }),
  waiting: count.meta({ description: 'The most in the queue at any of the samples; of endpoints 0.' }),
})
export type HistoryFiguresView = z.infer<typeof figures>

const quantile = (what: string) =>
  z
    .number()
    .nullable()
    .meta({
      description: `${what}; within 5 %. null where none ended, or the release that ran then kept no such times.`,
    })

const shownFigures = figures.extend({
  first_token_p50_ms: quantile('Half of the first tokens came within this time'),
  first_token_p95_ms: quantile('95 % of the first tokens came within this time'),
  first_token_p99_ms: quantile('99 % of the first tokens came within this time'),
  duration_p50_ms: quantile('Half of the attempts that succeeded took no longer'),
  duration_p95_ms: quantile('95 % of the attempts that succeeded took no longer'),
  duration_p99_ms: quantile('99 % of the attempts that succeeded took no longer'),
})
export type HistoryShownView = z.infer<typeof shownFigures>

const objectFigures = z.array(figures.extend({ id }))
const series = z.array(z.number().nullable())

const change = z
  .object({
    id,
    at: timestamp,
    actor: z.string(),
    action: z.string().meta({ example: 'endpoint.update' }),
    object_type: z.string(),
    object_id: z.string().nullable(),
    name: z.string().nullable().meta({ description: 'Of the object, as far as the audit tells.' }),
    fields: z.array(z.string()).meta({ description: 'Names of the fields that it has changed.' }),
  })
  .meta({ description: 'A change of the configuration, from the audit.' })
export type HistoryChange = z.infer<typeof change>

export const historyRangeView = z
  .object({
    from: timestamp,
    to: timestamp.meta({ description: 'Not included.' }),
    step_seconds: z.int().meta({ description: 'As asked, or more: an answer has at most 500 steps.' }),
    points: z
      .object({
        requests: series,
        failures: series,
        tokens: series,
        first_token_ms: series,
        inflight: series,
        waiting: series,
        first_token_p50_ms: series,
        first_token_p95_ms: series,
        first_token_p99_ms: series,
        duration_p50_ms: series,
        duration_p95_ms: series,
        duration_p99_ms: series,
      })
      .meta({ description: 'By step, oldest first; null for steps in which the balancer did not run.' }),
    totals: shownFigures,
    endpoints: objectFigures.meta({ description: 'Of the same time, those with traffic.' }),
    incoming_blocks: objectFigures.meta({ description: 'Of the same time, those with traffic.' }),
    changes: z.array(change).meta({ description: 'Of the same time, the last 200, oldest first.' }),
    has_more_changes: z.boolean(),
  })
  .meta({ id: 'HistoryRange' })
export type HistoryRangeView = z.infer<typeof historyRangeView>

// Query strings carry numbers as text.
const filterId = z.coerce.number().int().positive().optional()

export const historyRangeQuery = z
  .strictObject({
    from: moment.optional().meta({ description: 'Default: an hour before `to`.' }),
    to: moment.optional().meta({ description: 'Default: now.' }),
    step: z.coerce.number().int().min(10).max(3_024_000).optional().meta({
      description: 'Seconds; a multiple of ten within the last 24 hours, and else of five minutes.',
    }),
    endpoint_id: filterId,
    block_id: filterId,
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    message: 'must be after `from`',
    path: ['to'],
  })
  .refine(({ endpoint_id, block_id }) => endpoint_id === undefined || block_id === undefined, {
    message: 'takes endpoint_id or block_id',
    path: ['block_id'],
  })
export type HistoryRangeQuery = z.infer<typeof historyRangeQuery>
