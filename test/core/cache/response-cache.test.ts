// The bounds of the response cache: entries, bytes, age.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createResponseCache, type CachedResponse } from '../../../src/core/cache/response-cache.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

const response = (bytes: number): CachedResponse => ({
  body: new Uint8Array(bytes),
  contentType: 'application/json',
})
const roomy = { maxEntries: 100, maxBytes: 1_000_000, ttlS: 300 }

describe('the response cache', () => {
  it('returns a response until its time to live has passed', () => {
    const clock = manualClock()
    const cache = createResponseCache(clock.now, roomy)
    const kept = response(10)
    cache.set('a', kept)
    clock.advance(299_999)
    expect(cache.get('a')).toBe(kept)
    expect(cache.size()).toBe(1)
    clock.advance(2)
    expect(cache.get('a')).toBeUndefined()
    expect(cache.size()).toBe(0)
  })

  it('does not extend the time to live on reads', () => {
    const clock = manualClock()
    const cache = createResponseCache(clock.now, roomy)
    cache.set('a', response(1))
    for (let n = 0; n < 300; n += 1) {
      clock.advance(1_000)
      expect(cache.get('a')).toBeDefined()
    }
    clock.advance(1)
    expect(cache.get('a')).toBeUndefined()
  })

  it('restarts the time to live when a key is set again', () => {
    const clock = manualClock()
    const cache = createResponseCache(clock.now, roomy)
    cache.set('a', response(1))
    clock.advance(200_000)
    cache.set('a', response(2))
    clock.advance(200_000)
    expect(cache.get('a')?.body.byteLength).toBe(2)
  })

  it('stays within its bounds after any operations, and returns only entries that have not expired', () => {
    const operation = fc.record({
      key: fc.integer({ min: 0, max: 30 }).map(String),
      bytes: fc.oneof(fc.nat(50), fc.nat(4_000), fc.constantFrom(2_244, 2_245)),
      afterMs: fc.oneof(fc.constant(0), fc.nat(400), fc.nat(5_000)),
      set: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const clock = manualClock()
        const cache = createResponseCache(clock.now, { maxEntries: 8, maxBytes: 10_000, ttlS: 2 })
        const latest = new Map<string, { value: CachedResponse; atMs: number }>()
        for (const { key, bytes, afterMs, set } of operations) {
          clock.advance(afterMs)
          if (set) {
            const value = response(bytes)
            cache.set(key, value)
            if (bytes + 256 <= 2_500) latest.set(key, { value, atMs: clock.now() })
            else latest.delete(key)
          }
          const got = cache.get(key)
          const known = latest.get(key)
          if (set && known) expect(got).toBe(known.value)
          if (got !== undefined) {
            expect(got).toBe(known?.value)
            expect(clock.now() - (known?.atMs ?? 0)).toBeLessThanOrEqual(2_000)
          }
          const found = [...latest.keys()].map((each) => cache.get(each)).filter((each) => each !== undefined)
          expect(found.length).toBeLessThanOrEqual(8)
          expect(cache.size()).toBe(found.length)
          expect(found.reduce((sum, each) => sum + each.body.byteLength, 0)).toBeLessThanOrEqual(10_000)
        }
      }),
    )
  })

  it('does not store a response over a quarter of its bytes, and drops the older one under its key', () => {
    const cache = createResponseCache(manualClock().now, { maxEntries: 100, maxBytes: 40_000, ttlS: 300 })
    cache.set('a', response(100))
    cache.set('b', response(100))
    cache.set('a', response(9_745))
    expect(cache.get('a')).toBeUndefined()
    expect(cache.get('b')).toBeDefined()
    cache.set('a', response(9_744))
    expect(cache.get('a')).toBeDefined()
  })

  it.each([
    ['entries', { ...roomy, maxEntries: 0 }],
    ['bytes', { ...roomy, maxBytes: 0 }],
    ['seconds', { ...roomy, ttlS: 0 }],
  ])('stores nothing where it is limited to 0 %s', (_, bounds) => {
    const clock = manualClock()
    const cache = createResponseCache(clock.now, bounds)
    for (let n = 0; n < 10; n += 1) cache.set(String(n), response(1))
    clock.advance(1)
    expect(cache.size()).toBe(0)
    expect(cache.get('9')).toBeUndefined()
  })

  it('is empty after clear', () => {
    const cache = createResponseCache(manualClock().now, roomy)
    cache.set('a', response(1))
    cache.clear()
    expect(cache.size()).toBe(0)
    expect(cache.get('a')).toBeUndefined()
  })
})
