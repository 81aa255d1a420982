// The indexes of a configuration, and when they are rebuilt.
import { describe, expect, it } from 'vitest'
import { indexConfiguration, type Snapshot } from '../../../src/core/state/configuration.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const full = configuration([endpointConfig(1), endpointConfig(2), endpointConfig(3)], {
  blocks: [blockConfig(4), blockConfig(5)],
  tokens: [tokenConfig(1, { blockId: 4 }), tokenConfig(2, { blockId: 5, minTrafficPercent: 20 })],
  wires: [
    { blockId: 5, endpointId: 3 },
    { blockId: 5, endpointId: 1 },
    { blockId: 6, endpointId: 1 },
    { blockId: 4, endpointId: 9 },
  ],
})
const allIndexes = [
  'endpointById',
  'blockById',
  'tokenById',
  'tokenByDigest',
  'endpointsByBlock',
  'connectedEndpointIds',
  'cachedBlockIds',
] as const
const kept = (before: Snapshot, after: Snapshot) =>
  allIndexes.filter((index) => before[index] === after[index])

describe('a snapshot', () => {
  it('has an index for every lookup of a request', () => {
    const snapshot = indexConfiguration(full)
    expect(snapshot.endpointById.get(2)).toBe(full.endpoints[1])
    expect(snapshot.blockById.get(5)).toBe(full.blocks[1])
    expect(snapshot.tokenById.get(2)).toBe(full.tokens[1])
    expect(snapshot.tokenByDigest.get(tokenConfig(2).digest)).toBe(full.tokens[1])
    expect(snapshot.endpointsByBlock.get(5)?.map(({ id }) => id)).toEqual([1, 3])
    expect(snapshot.endpointsByBlock.get(4)).toEqual([])
    expect([...snapshot.cachedBlockIds]).toEqual([5])
    expect(snapshot.connectedEndpointIds.has(2)).toBe(false)
    expect(snapshot.connectedEndpointIds.has(3)).toBe(true)
    expect(snapshot.defaultBlockId).toBe(4)
    expect(Object.isFrozen(snapshot)).toBe(true)
  })

  it('can be built without blocks', () => {
    expect(indexConfiguration({ ...full, blocks: [] }).defaultBlockId).toBe(0)
  })

  it('keeps the index of every list that is the same object as before', () => {
    const before = indexConfiguration(full)
    const after = (change: Partial<typeof full>) =>
      kept(before, indexConfiguration({ ...full, ...change }, before))
    const but = (...gone: (typeof allIndexes)[number][]) =>
      allIndexes.filter((index) => !gone.includes(index))
    expect(after({ settings: { ...full.settings, routingMode: 'priority' } })).toEqual(allIndexes)
    expect(after({ endpoints: [...full.endpoints] })).toEqual(but('endpointById', 'endpointsByBlock'))
    expect(after({ blocks: [...full.blocks] })).toEqual(but('blockById', 'endpointsByBlock'))
    expect(after({ wires: [...full.wires] })).toEqual(but('endpointsByBlock', 'connectedEndpointIds'))
    expect(after({ tokens: [...full.tokens] })).toEqual(but('tokenById', 'tokenByDigest', 'cachedBlockIds'))
  })

  it('rebuilds the index of a list that is another object', () => {
    const before = indexConfiguration(full)
    const tokens = [tokenConfig(1, { digest: 'f'.repeat(64) })]
    const after = indexConfiguration({ ...full, tokens, endpoints: [endpointConfig(3)] }, before)
    expect(after.tokenByDigest.get('f'.repeat(64))).toBe(tokens[0])
    expect(after.tokenById.has(2)).toBe(false)
    expect(after.cachedBlockIds.size).toBe(0)
    expect(after.endpointsByBlock.get(5)?.map(({ id }) => id)).toEqual([3])
  })
})
