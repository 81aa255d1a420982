// The candidates of one selection that are considered, with what is expected of each.
import type { ChoiceReason } from '../../contract/objects/decision-words.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { EligibleWires } from '../routing/policies/eligible-wires.ts'
import { MAX_SHORT_LIST } from '../routing/long-lists/long-list.ts'
import type { EndpointRuntime, LiveWire } from '../state/endpoint-runtime.ts'
import type { ExpectedTimes } from './expected-times.ts'
import { createPromptHolders } from './prefix/prompt-holders.ts'

/** All of a list of at most so many candidates are considered. */
export const MAX_CONSIDERED = MAX_SHORT_LIST
/** Of a longer list so many are, the next in turn: the least of a few of very many is about as quick as the least of all. */
const IN_TURN = 4
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2

const NONE = -1

/** By number of the candidate; reused from selection to selection. */
export interface Considered {
  readonly count: number
  /** Whether every eligible candidate is among them. */
  readonly isWhole: boolean
  readonly wires: readonly LiveWire[]
  /** Milliseconds before the endpoint would begin with the request. */
  readonly queueMs: Float64Array
  /** Expected milliseconds until the first token. */
  readonly firstTokenMs: Float64Array
  /** Of the prompt's tokens those that the endpoint is taken to have cached. */
  readonly cachedTokens: Float64Array
  /** Why one of them was picked. */
  reason: ChoiceReason
}

export interface Consider {
  /**
   * @param usesPrefix - whether caches are regarded.
   * @param turn - any number that differs from selection to selection: of very many candidates it says which are next.
   */
  (
    eligible: EligibleWires,
    request: RoutingRequest,
    usesPrefix: boolean,
    nowMs: number,
    turn: number,
  ): Considered
  /** Notes where a prompt is sent. @param blocks - as `Prompt.blocks`. */
  noteHolder(blocks: Int32Array, endpointId: number): void
}

export function createConsider(expected: ExpectedTimes): Consider {
  const holders = createPromptHolders()
  const wires: LiveWire[] = []
  const endpoints: EndpointRuntime[] = []
  const queueMs = new Float64Array(MAX_CONSIDERED)
  const firstTokenMs = new Float64Array(MAX_CONSIDERED)
  const cachedTokens = new Float64Array(MAX_CONSIDERED)
  const considered = {
    count: 0,
    isWhole: true,
    wires,
    queueMs,
    firstTokenMs,
    cachedTokens,
    reason: 'policy order' as ChoiceReason,
  }

  const add = (wire: LiveWire | undefined): void => {
    if (wire !== undefined) wires[considered.count++] = wire
  }

  /**
   * Fills in what is expected of each. One thing is read of all of them before the next, so that they are fetched at the same time
   * where they are in no cache, as those of a long list are.
   * @param tokens - of the prompt.
   */
  const expectTimes = (request: RoutingRequest, tokens: number, usesPrefix: boolean, nowMs: number): void => {
    const { count } = considered
    for (let index = 0; index < count; index += 1) {
      const wire = wires[index]
      if (wire !== undefined) endpoints[index] = wire.endpoint
    }
    for (let index = 0; index < count; index += 1) {
      const endpoint = endpoints[index]
      if (endpoint !== undefined) queueMs[index] = expected.queueMs(endpoint)
    }
    for (let index = 0; index < count; index += 1) {
      const endpoint = endpoints[index]
      if (endpoint === undefined) continue
      const cached = usesPrefix ? expected.cachedTokens(endpoint, request, tokens) : 0
      cachedTokens[index] = cached
      firstTokenMs[index] = expected.firstTokenMs(endpoint, tokens - cached, nowMs, queueMs[index])
    }
  }

  /** The endpoint that was last sent the beginning of the prompt, which might not be in turn. */
  const holderOf = ({ has, indexOf }: EligibleWires, { prompt }: RoutingRequest): number => {
    const id = prompt && holders.find(prompt.blocks())
    const index = id === undefined ? NONE : indexOf(id)
    return index !== NONE && has(index) ? index : NONE
  }

  const consider: (...selection: Parameters<Consider>) => Considered = (
    eligible,
    request,
    usesPrefix,
    nowMs,
    turn,
  ) => {
    const { length } = eligible.wires
    considered.count = 0
    const isCrowded = length > MAX_CONSIDERED
    const most = isCrowded ? IN_TURN : MAX_CONSIDERED
    const holder = isCrowded && usesPrefix ? holderOf(eligible, request) : NONE
    if (holder !== NONE) add(eligible.wires[holder])
    // Multiples of this fraction spread evenly, whichever of the turns are this block's.
    const start = isCrowded ? Math.floor(((turn * GOLDEN_RATIO) % 1) * length) : 0
    let end = length
    considered.isWhole = false
    for (let index = eligible.next(start); considered.count < most; index = eligible.next(index + 1)) {
      if (index >= length && end === length && start > 0) {
        // From the first on, up to where it began.
        end = start
        index = eligible.next(0)
      }
      considered.isWhole = index >= end
      if (considered.isWhole) break
      if (index !== holder) add(eligible.wires[index])
    }
    expectTimes(request, expected.promptTokens(request), usesPrefix, nowMs)
    return considered
  }
  return Object.assign(consider, {
    noteHolder: holders.note,
  })
}
