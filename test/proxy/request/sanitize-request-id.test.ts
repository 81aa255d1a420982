import { describe, expect, it } from 'vitest'
import { sanitizeRequestId } from '../../../src/proxy/request/sanitize-request-id.ts'

describe('sanitizeRequestId', () => {
  it('returns an id of permitted characters and length', () => {
    for (const id of ['a', 'req_1.2:3-4', 'A'.repeat(128)]) expect(sanitizeRequestId(id)).toBe(id)
  })

  it('returns undefined for any other value', () => {
    for (const id of ['', 'a b', 'a\n', 'é', '<x>', 'A'.repeat(129), ['a'], undefined]) {
      expect(sanitizeRequestId(id)).toBeUndefined()
    }
  })
})
