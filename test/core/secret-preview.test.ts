import { describe, expect, it } from 'vitest'
import { previewSecret } from '../../src/core/secret-preview.ts'

describe('the preview of a secret', () => {
  it.each([
    ['sk-old-upstream-key-1', 'sk-o...ey-1'],
    ['123456789', '1234...6789'],
    ['12345678', '12***'],
    ['1', '1***'],
    ['', ''],
  ])('of %j is %j', (secret, preview) => {
    expect(previewSecret(secret)).toBe(preview)
  })
})
