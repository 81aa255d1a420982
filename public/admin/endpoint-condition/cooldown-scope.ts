/** Words for a cooldown that concerns the requests of one client, or for one model, only. */
import type { CooldownScope, EndpointView } from '../../../src/contract/endpoint.ts'

const clientWords = ({ client }: CooldownScope): string =>
  (client && (client.name === null ? 'a client without a token' : `token ${client.name}`)) || ''

/** `token team-a, model m`. */
export function scopeWords(scope: CooldownScope): string {
  const { model } = scope
  const what = model === '' ? 'requests without a model' : model === null ? '' : `model ${model}`
  return [clientWords(scope), what].filter((words) => words !== '').join(', ')
}

/** One sentence for the inspector; undefined where the cooldown concerns all requests. */
export function explainScope({
  cooldown_scope: scope,
  breaker_state,
}: Pick<EndpointView, 'cooldown_scope' | 'breaker_state'>): string | undefined {
  if (scope === null) return undefined
  const { model, others } = scope
  const who = scope.client === null ? '' : ` of ${clientWords(scope)}`
  const what = model === '' ? ' without a model' : model === null ? '' : ` for model ${model}`
  const oneByOne = 'sent one at a time, as probes'
  const held = breaker_state === 'open' ? 'held back until the cooldown ends' : oneByOne
  return `Requests${who}${what} are ${held}; all others are ${others === 'served' ? 'served as usual' : oneByOne}.`
}
