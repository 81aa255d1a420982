// Says in a few words why an endpoint was selected, for the response header X-LB-Route.
import type { Candidate } from './candidate-table.ts'
import type { Decision } from './decision.ts'

const word = (text: string): string => text.replaceAll(/[ _]/g, '-')

/** @returns such as `balanced/prefix; least-expected-time; hit=512/600; wait=12ms`. */
export function routeText(
  { mode, placement, reason, promptTokens, endpointId }: Decision,
  candidates: readonly Candidate[],
): string {
  const parts = [`${mode}/${word(placement)}`, word(reason)]
  const selected = candidates.find((each) => each.endpointId === endpointId)
  if (placement === 'prefix')
    parts.push(`hit=${Math.round(selected?.cachedTokens ?? 0)}/${Math.round(promptTokens)}`)
  if (selected?.queueMs !== undefined) parts.push(`wait=${Math.round(selected.queueMs)}ms`)
  return parts.join('; ')
}
