import { describe, expect, it } from 'vitest'
import { sessionAffinity } from '../../../src/contract/objects/routing-field-schemas.ts'

const isTaken = (affinity: unknown): boolean => sessionAffinity.safeParse(affinity).success

describe('session affinity', () => {
  it.each([
    'none',
    'token',
    'user',
    'prompt_cache_key',
    'header:x-session-id',
    'header:x-claude-code-session-id',
    `header:${'x'.repeat(64)}`,
  ])('is taken as %s', (affinity) => {
    expect(isTaken(affinity)).toBe(true)
  })

  it.each([
    '',
    null,
    'session',
    'header',
    'header:',
    'header:X-Session-Id',
    'header:x session',
    'header:x-session-id:',
    'header:x-session-id\n',
    `header:${'x'.repeat(65)}`,
    'header:authorization',
    'header:proxy-authorization',
    'header:x-api-key',
    'header:api-key',
    'header:x-goog-api-key',
    'header:x-admin-token',
    'header:cookie',
  ])('is refused as %j', (affinity) => {
    expect(isTaken(affinity)).toBe(false)
  })
})
