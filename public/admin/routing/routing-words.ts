/** The modes and placements in words: names, and a sentence that says what each does and when to use it. */
import type { Placement, RoutingMode } from '../../../src/contract/objects/routing-field-schemas.ts'

export interface Choice<Value extends string> {
  readonly value: Value
  readonly label: string
  readonly hint: string
}

export const modes: readonly Choice<RoutingMode>[] = [
  {
    value: 'percentage',
    label: 'Percentage',
    hint: 'Shares tokens between the endpoints by their quotas.',
  },
  {
    value: 'priority',
    label: 'Priority',
    hint: 'Uses the endpoints by rank: the next one only when those before it are full.',
  },
  {
    value: 'balanced',
    label: 'Balanced',
    hint: 'Uses every endpoint that has room; quotas and ranks do not count.',
  },
]

export const placements: readonly Choice<Placement>[] = [
  {
    value: 'prefix',
    label: 'Prefix',
    hint: 'Where the prompt is cached and the queue is short: for chats, agents and all that begins alike.',
  },
  {
    value: 'load',
    label: 'Load',
    hint: 'Where the queue is short: for prompts that have nothing in common.',
  },
  {
    value: 'quota_order',
    label: 'Quota order',
    hint: 'Strictly by quota or rank: where shares must hold from one request to the next.',
  },
]

export function choiceOf<Value extends string>(
  choices: readonly Choice<Value>[],
  value: Value,
): Choice<Value> {
  const [first] = choices
  const found = choices.find((choice) => choice.value === value) ?? first
  if (found === undefined) throw new Error('there is no choice')
  return found
}

/** @returns how a block's field that follows the gateway is shown; undefined for any other value. */
export const followsGateway = (field: string, value: unknown): string | undefined =>
  value === null && (field === 'routing_mode' || field === 'placement') ? 'as the gateway' : undefined
