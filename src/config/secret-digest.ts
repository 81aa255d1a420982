// Digests, used in place of secrets that only need to be recognised.
import { hash } from 'node:crypto'

/** @returns SHA-256 of the UTF-8 bytes, lower-case hex. */
export const digestSecret = (secret: string): string => hash('sha256', secret)

/** @returns the first 12 hex digits of the digest, which name a credential in the audit log. */
export const fingerprintSecret = (secret: string): string => digestSecret(secret).slice(0, 12)
