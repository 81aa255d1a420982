import { describe, expect, it } from 'vitest'
import { createSpeeds } from '../../../src/core/placement/speeds.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'

function start() {
  const state = gatewayState(configuration([endpointConfig(1), endpointConfig(2)]), () => 0)
  const speeds = createSpeeds()
  const of = (id: number) => ({
    prefillMs: speeds.prefillMs(state.endpoint(id)),
    overheadMs: speeds.overheadMs(state.endpoint(id)),
    decodeMs: speeds.decodeMs(state.endpoint(id)),
  })
  return { speeds, one: state.endpoint(1), other: state.endpoint(2), of }
}

describe('the speeds of endpoints', () => {
  it('are assumed before any response', () => {
    const { speeds, of } = start()
    expect(of(1)).toEqual({ prefillMs: 0.1, overheadMs: 0, decodeMs: 1 })
    expect(speeds.meanTokens()).toBe(512)
  })

  it('are taken from prompts of 512 tokens and more for reading, from shorter ones for the rest', () => {
    const { speeds, one, of } = start()
    speeds.learnPrefill(one, 512, 512, 256)
    expect(of(1)).toEqual({ prefillMs: 0.5, overheadMs: 0, decodeMs: 1 })
    speeds.learnPrefill(one, 511, 511, 300)
    expect(of(1)).toEqual({ prefillMs: 0.5, overheadMs: 44.5, decodeMs: 1 })
    speeds.learnPrefill(one, 10_000, 10_000, 1_044.5)
    expect(of(1).prefillMs).toBeCloseTo(0.1, 10)
  })

  it('count a quarter of a time at least as reading, and no overhead below 0', () => {
    const { speeds, one, other, of } = start()
    speeds.learnPrefill(one, 100, 100, 1_010)
    expect(of(1).overheadMs).toBe(1_000)
    speeds.learnPrefill(one, 1_000, 1_000, 400)
    expect(of(1).prefillMs).toBe(0.1)
    speeds.learnPrefill(other, 500, 500, 1)
    expect(of(2).overheadMs).toBe(0)
  })

  it('are those of each stream for decoding', () => {
    const { speeds, one, of } = start()
    speeds.learnDecode(one, 4, 40)
    expect(of(1).decodeMs).toBe(10)
  })

  it('are the medians of all samples for an endpoint without its own', () => {
    const { speeds, one, of } = start()
    speeds.learnDecode(one, 1, 10)
    expect(of(2).decodeMs).toBe(10)
    speeds.learnDecode(one, 1, 12)
    speeds.learnDecode(one, 1, 12)
    expect(of(2).decodeMs).toBe(12)
    // A prompt weighs by its tokens.
    speeds.learnPrefill(one, 5_000, 5_000, 500)
    speeds.learnPrefill(one, 600, 600, 120)
    expect(of(2).prefillMs).toBe(0.1)
  })

  it('know the mean prompt, in which a later one weighs a twentieth', () => {
    const { speeds, one, other } = start()
    speeds.learnPrefill(one, 900, 100, 1)
    expect(speeds.meanTokens()).toBe(100)
    speeds.learnPrefill(other, 900, 200, 1)
    expect(speeds.meanTokens()).toBe(105)
  })
})
