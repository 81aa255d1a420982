// What a worker packs, the primary unpacks.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { FinishedRequestReport, LeasedRequest, WorkerMessage } from '../../src/cluster/messages.ts'
import { packMessages, unpackMessages, type ReceivedMessage } from '../../src/cluster/pack-messages.ts'
import type { Settlement } from '../../src/core/lease/settlement.ts'

// Beyond 32 bits too: clients and backends may tell any number of tokens.
const id = fc.oneof(
  fc.nat(),
  fc.maxSafeInteger(),
  fc.constantFrom(2 ** 31, -(2 ** 31), 1 - 2 ** 31, 2 - 2 ** 31),
)
const text = fc.string()
const amount = fc.oneof(fc.nat(), fc.double({ noNaN: true }))
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

// All members, so that one that is forgotten or exchanged with another is noticed.
const request: fc.Arbitrary<Required<LeasedRequest>> = fc.record({
  blockId: id,
  tokenId: fc.option(id),
  client: maybe(text),
  api: fc.constantFrom('chat' as const, 'embeddings' as const),
  path: text,
  model: maybe(text),
  aliasId: maybe(id),
  endpointId: maybe(id),
  measure: fc.constantFrom('completion' as const, 'none' as const),
  stream: fc.boolean(),
  maxTokens: maybe(id),
  promptBytes: maybe(id),
  promptBlocks: maybe(text),
  session: maybe(text),
})
const result: fc.Arbitrary<Required<Settlement>> = fc.record({
  outcome: fc.constantFrom('success' as const, 'failure' as const, 'aborted' as const),
  promptTokens: maybe(id),
  completionTokens: maybe(id),
  cachedTokens: maybe(id),
  reasoningTokens: maybe(id),
  isEstimated: fc.boolean(),
  countsOnce: maybe(fc.record({ blockId: id, objectId: text })),
  deltas: id,
  latencyMs: amount,
  status: maybe(id),
  firstTokenMs: maybe(amount),
  error: maybe(text),
  retryAfterMs: maybe(amount),
  mayBeRequestFault: fc.boolean(),
  withheld: fc.boolean(),
  superseded: fc.boolean(),
})
const finished: fc.Arbitrary<Required<FinishedRequestReport>> = fc.record({
  endpoint: text,
  incomingBlockId: id,
  clientTokenId: maybe(id),
  status: id,
  durationS: amount,
  ttftS: maybe(amount),
  timePerOutputTokenS: maybe(amount),
  failed: fc.boolean(),
})
const event = fc.constantFrom(
  'received' as const,
  'responded' as const,
  'unwatch' as const,
  'count failure' as const,
)
const message: fc.Arbitrary<WorkerMessage> = fc.oneof(
  fc.record({ type: fc.constant('begin' as const), lease: id, endpointId: id, request }),
  fc.record({ type: event, lease: id }),
  fc.record({ type: fc.constant('settle' as const), lease: id, result }),
  fc.record({ type: fc.constant('finished' as const), request: finished }),
  fc.record({ type: fc.constant('log' as const), text }),
  fc.record({ type: fc.constant('applied' as const), version: id }),
  fc.record({
    type: fc.constant('record' as const),
    record: fc.record({ type: fc.constant('poison' as const), digest: text }),
  }),
)

const isLine = ({ type }: WorkerMessage | ReceivedMessage): boolean => type === 'log'

function bringOver(messages: readonly WorkerMessage[]) {
  const received: ReceivedMessage[] = []
  unpackMessages(structuredClone(packMessages(messages)), (each) => received.push(each))
  const lines = received.flatMap((each) => (each.type === 'log' ? [each.lines] : []))
  return { messages: received.filter((each) => !isLine(each)), lines }
}

it('brings all messages of a batch over, whole and in order, and the lines of the log as the bytes of one text', () => {
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      const received = bringOver(messages)
      expect(received.messages).toEqual(messages.filter((each) => !isLine(each)))
      const text = messages.map((each) => (each.type === 'log' ? each.text : '')).join('')
      expect(Buffer.concat(received.lines).toString()).toBe(text)
      expect(received.lines.length).toBe(text === '' ? 0 : 1)
    }),
  )
})

it('brings over batches of any length, one after the other', () => {
  const [one] = fc.sample(message, { numRuns: 1, seed: 1 })
  for (const length of [3_000, 0, 1]) {
    const messages = Array.from({ length }, (_, lease): WorkerMessage => ({ type: 'received', lease }))
    const all = [...messages, ...(one ? [one] : [])].filter((each) => !isLine(each))
    expect(bringOver(all).messages).toEqual(all)
  }
})
