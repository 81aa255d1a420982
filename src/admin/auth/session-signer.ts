// Signs session ids and end times with a key derived from the admin token, so that sessions need no storage.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface Session {
  /** Random, but not a credential: only the signed cookie is one. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
}

export interface SessionSigner {
  newId(): string
  sign(session: Session): string
  /** @returns undefined if the signature is not by this admin token. Does not check whether the session has ended. */
  verify(text: string): Session | undefined
  csrfToken(session: Session): string
  isCsrfToken(session: Session, text: string): boolean
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Restarts and replicas with the same admin token accept each other's sessions; a changed admin token ends all sessions. */
export function createSessionSigner(adminToken: string): SessionSigner {
  const sessionKey = hmac(adminToken, 'llm-load-balancer session')
  const csrfKey = hmac(adminToken, 'llm-load-balancer csrf')
  const csrfToken = ({ id }: Session): string => hmac(csrfKey, id).toString('base64url')

  return {
    newId: () => randomBytes(16).toString('hex'),

    sign({ id, expiresAtMs }) {
      const payload = Buffer.from(`${id}.${expiresAtMs}`).toString('base64url')
      return `${payload}.${hmac(sessionKey, payload).toString('base64url')}`
    },

    verify(text) {
      const [, payload, signature] = /^([\w-]{1,100})\.([\w-]{43})$/.exec(text) ?? []
      if (payload === undefined || signature === undefined) return undefined
      if (!timingSafeEqual(hmac(sessionKey, payload), Buffer.from(signature, 'base64url'))) return undefined
      const [id = '', expiresAtMs] = Buffer.from(payload, 'base64url').toString().split('.')
      return { id, expiresAtMs: Number(expiresAtMs) }
    },

    csrfToken,

    // Digests have equal length for texts of any length, which timingSafeEqual requires.
    isCsrfToken: (session, text) => timingSafeEqual(hmac(csrfKey, csrfToken(session)), hmac(csrfKey, text)),
  }
}
