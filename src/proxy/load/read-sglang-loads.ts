// Reads the load that SGLang tells in JSON, whether or not its metrics are on.
import { z } from 'zod'
import { meanRatio, sum, type LoadFigures } from './load-figures.ts'

export const SGLANG_LOADS_PATH = '/v1/loads?include=core'

const figure = z.number().optional().catch(undefined)

const loads = z.object({
  loads: z
    .array(
      z.object({
        num_running_reqs: z.number(),
        num_waiting_reqs: z.number(),
        token_usage: figure,
        cache_hit_rate: figure,
        max_total_num_tokens: figure,
      }),
    )
    .min(1),
})

/** @returns undefined where the body is something else. */
export function readSglangLoads(body: string): LoadFigures | undefined {
  try {
    const ranks = loads.parse(JSON.parse(body)).loads
    const present = (values: readonly (number | undefined)[]): number[] =>
      values.filter((value) => value !== undefined)
    return {
      running: sum(ranks.map((rank) => rank.num_running_reqs)),
      waiting: sum(ranks.map((rank) => rank.num_waiting_reqs)),
      cacheUse: meanRatio(present(ranks.map((rank) => rank.token_usage))),
      cacheTokens: sum(present(ranks.map((rank) => rank.max_total_num_tokens))) || undefined,
      hitRate: meanRatio(present(ranks.map((rank) => rank.cache_hit_rate))),
      prefix: undefined,
    }
  } catch {
    return undefined
  }
}
