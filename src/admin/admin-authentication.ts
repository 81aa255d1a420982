// Lets in who knows the admin token, and slows down who guesses.
import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { digestSecret, fingerprintSecret } from '../config/secret-digest.ts'
import type { Clock } from '../core/clock.ts'
import { gatewayError } from '../core/gateway-error.ts'
import { createRateLimiter } from '../core/rate-limiter.ts'

const FAILED_SIGN_INS_PER_MINUTE = 20
const MAX_TRUSTED_ADDRESSES = 1000

interface AdminAuthentication {
  /** Names the credential in the audit. */
  readonly actor: string
  /** Throws LB_ERR_UNAUTHORIZED or LB_ERR_RATE_LIMITED. Needs no body. */
  authenticate(request: FastifyRequest): void
}

interface AuthenticationOptions {
  readonly adminToken: string
  readonly clock: Clock
  /** Requests a minute of one credential. */
  readonly rateLimitPerMinute: number
}

function readCredential({ headers }: FastifyRequest): string | undefined {
  const token = headers['x-admin-token']
  if (typeof token === 'string') return token
  return /^bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
}

function refuseIfOver(waitS: number, what: string): void {
  if (waitS === 0) return
  throw gatewayError('LB_ERR_RATE_LIMITED', `Too many ${what}; try again later.`, {
    retryAfterS: waitS,
  })
}

/**
 * An address over its limit of failed sign-ins is not even listened to, unless the right token came from it before:
 * a stale tab must not lock its neighbours out.
 */
export function createAdminAuthentication(options: AuthenticationOptions): AdminAuthentication {
  const { adminToken, clock, rateLimitPerMinute } = options
  if (adminToken === '') throw new Error('the admin API needs a token')
  const expected = Buffer.from(digestSecret(adminToken))
  const requests = createRateLimiter(clock, rateLimitPerMinute)
  const failedSignIns = createRateLimiter(clock, FAILED_SIGN_INS_PER_MINUTE)
  const trustedAddresses = new LRUCache<string, true>({ max: MAX_TRUSTED_ADDRESSES })

  return {
    actor: `admin:${fingerprintSecret(adminToken)}`,

    authenticate(request) {
      // The socket's address: anyone can write an X-Forwarded-For.
      const address = request.socket.remoteAddress ?? ''
      if (!trustedAddresses.has(address)) refuseIfOver(failedSignIns.check(address), 'failed sign-ins')
      const digest = digestSecret(readCredential(request) ?? '')
      if (!timingSafeEqual(Buffer.from(digest), expected)) {
        refuseIfOver(failedSignIns.take(address), 'failed sign-ins')
        throw gatewayError('LB_ERR_UNAUTHORIZED', 'Send the admin token as X-Admin-Token or bearer token.')
      }
      trustedAddresses.set(address, true)
      refuseIfOver(requests.take(digest), 'admin requests')
    },
  }
}
