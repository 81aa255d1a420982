import { describe, expect, it } from 'vitest'
import { digestSecret, fingerprintSecret } from '../../src/config/secret-digest.ts'

describe('the digest of a secret', () => {
  it('is the SHA-256 of its UTF-8 bytes in lower-case hex', () => {
    // FIPS 180-2, example B.1.
    expect(digestSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(digestSecret('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c')
  })

  it('begins with its fingerprint', () => {
    expect(fingerprintSecret('abc')).toBe('ba7816bf8f01')
  })
})
