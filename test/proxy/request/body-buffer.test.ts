import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBodyBuffer } from '../../../src/proxy/request/body-buffer.ts'
import { effort } from '../../support/effort.ts'

describe('createBodyBuffer', () => {
  it('returns the bytes of all chunks, in little more memory than they need', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40_000, size: 'max' }), { maxLength: 12 })
    fc.assert(
      fc.property(chunks, fc.boolean(), (drawn, isDeclared) => {
        const whole = Buffer.concat(drawn)
        const body = createBodyBuffer(isDeclared ? whole.length : Infinity)
        for (const chunk of drawn) body.append(Buffer.from(chunk))
        expect(body.length()).toBe(whole.length)
        const taken = body.take()
        expect(taken.equals(whole)).toBe(true)
        expect(taken.buffer.byteLength).toBeLessThanOrEqual(Math.max(Buffer.poolSize, 1.25 * whole.length))
      }),
      { numRuns: effort(200, 60) },
    )
  })

  it('returns the only chunk itself', () => {
    const chunk = Buffer.from('{}')
    const body = createBodyBuffer(2)
    body.append(chunk)
    expect(body.take()).toBe(chunk)
  })
})
