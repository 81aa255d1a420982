// Makes sessions that need no storage: their id and end, signed with a key that follows from the admin token.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface Session {
  /** Unguessable, and yet no credential: only the signed cookie is. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
}

export interface SessionSigner {
  newId(): string
  sign(session: Session): string
  /** @returns undefined for what was not sealed with this admin token; says nothing of the session's life. */
  verify(text: string): Session | undefined
  csrfToken(session: Session): string
  isCsrfToken(session: Session, text: string): boolean
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Restarts and replicas with the same admin token know each other's sessions; another admin token ends them all. */
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

    // Digests are of one length, whatever was sent.
    isCsrfToken: (session, text) => timingSafeEqual(hmac(csrfKey, csrfToken(session)), hmac(csrfKey, text)),
  }
}
