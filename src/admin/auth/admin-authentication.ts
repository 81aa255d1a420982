// Authenticates admin requests by the admin token or by a session.
import type { SetTimer } from '../../core/timer.ts'
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { digestSecret, fingerprintSecret } from '../../config/secret-digest.ts'
import type { SessionView } from '../../contract/session.ts'
import type { Clock } from '../../core/clock.ts'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import { createRateLimiter } from '../../core/limits/rate-limiter.ts'
import { createClientAddress, type AddressRange } from './client-address.ts'
import { refuseCrossSite, refuseCsrf } from './csrf.ts'
import { refuseIfRateLimited } from './refuse-if-rate-limited.ts'
import { hasOwnCookie, readSessionCookies, sessionCookie } from './session-cookie.ts'
import { createSessionSigner, type Session } from './session-signer.ts'
import { createSessions, type EndedSessions } from './sessions.ts'
import { createSignInThrottle } from './sign-in-throttle.ts'

/** The authenticated sender of a request. */
export interface Operator {
  /** Names the credential in the audit. */
  readonly actor: string
  /** undefined if the request carries the admin token itself, as scripts do. */
  readonly session: Session | undefined
  /** Set-Cookie for the response, if this request prolonged its session. */
  readonly cookie?: string
}

interface SignedIn {
  readonly view: SessionView
  readonly cookie: string
}

export interface AdminAuthentication {
  /**
   * Identifies the sender of a request or an upgrade, before its body is read. Throws LB_ERR_UNAUTHORIZED,
   * LB_ERR_RATE_LIMITED, and LB_ERR_CSRF if another site's page may have sent it.
   */
  authenticate(request: IncomingMessage): Operator
  /** Starts a session and ends those of the request's cookies. Throws as `authenticate` does. */
  signIn(request: IncomingMessage, token: string): Promise<SignedIn>
  /** Ends all sessions of the request's cookies at once. Resolves when that is stored. */
  signOut(request: IncomingMessage): Promise<void>
  /** Throws LB_ERR_UNAUTHORIZED if the operator has no session. */
  view(operator: Operator): SessionView
  /** Set-Cookie that removes the request's cookie; undefined if it has none. */
  clearedCookie(request: IncomingMessage): string | undefined
  /**
   * The same for a cookie that no sign-in with this admin token has made. That of an ended session stays: a late response would
   * remove the cookie of a session that has begun since.
   */
  clearedForeignCookie(request: IncomingMessage): string | undefined
  /**
   * Calls back once when the operator's session has ended, by sign-out or by time: immediately if it has ended already,
   * never for an operator without a session. @returns a function that stops watching.
   */
  onSessionEnd(operator: Operator, onEnd: () => void): () => void
}

export interface AuthenticationOptions {
  readonly adminToken: string
  readonly clock: Clock
  /** Milliseconds since the epoch. Not the monotonic clock, since sessions survive restarts. */
  readonly now: () => number
  readonly setTimer: SetTimer
  readonly endedSessions: EndedSessions
  /** Requests per minute and credential. */
  readonly rateLimitPerMinute: number
  readonly sessionS: number
  /** Whose X-Forwarded-For is believed; default: none. */
  readonly trustedProxies?: readonly AddressRange[]
}

function readToken({ headers }: IncomingMessage): string | undefined {
  const token = headers['x-admin-token']
  if (token !== undefined) return String(token)
  if (headers.authorization === undefined) return undefined
  return /^bearer +([^ ].*)$/i.exec(headers.authorization)?.[1] ?? ''
}

const unauthorized = (detail: string): GatewayError => gatewayError('LB_ERR_UNAUTHORIZED', detail)

export function createAdminAuthentication(options: AuthenticationOptions): AdminAuthentication {
  const { adminToken, clock, rateLimitPerMinute, sessionS } = options
  if (adminToken === '') throw new Error('the admin API needs a token')
  const expected = Buffer.from(digestSecret(adminToken))
  const fingerprint = fingerprintSecret(adminToken)
  const requests = createRateLimiter(clock, rateLimitPerMinute)
  const recordFailure = createSignInThrottle(clock)
  const addressOf = createClientAddress(options.trustedProxies ?? [])
  const signer = createSessionSigner(adminToken)
  const sessions = createSessions({ ...options, signer, lengthMs: sessionS * 1000 })
  const checkToken = (request: IncomingMessage, token: string): void => {
    const digest = digestSecret(token)
    if (!timingSafeEqual(Buffer.from(digest), expected)) {
      recordFailure(addressOf(request))
      throw unauthorized('This is not the admin token.')
    }
    refuseIfRateLimited(requests.take(digest), 'admin requests')
  }

  const signedSessionsOf = (request: IncomingMessage): Session[] =>
    readSessionCookies(request).flatMap((cookie) => signer.verify(cookie) ?? [])

  const findSession = (request: IncomingMessage): Session => {
    if (readSessionCookies(request).length === 0)
      throw unauthorized('Sign in, or send the admin token as X-Admin-Token or bearer token.')
    const signed = signedSessionsOf(request)
    const session = signed.find(sessions.isAlive)
    // A cookie can be signed with a guessed admin token.
    if (signed.length === 0) recordFailure(addressOf(request))
    if (session === undefined) throw unauthorized('The session has ended; sign in again.')
    return session
  }

  const endAll = async (request: IncomingMessage): Promise<void> =>
    void (await Promise.all(signedSessionsOf(request).map(sessions.end)))

  const actorOf = ({ id }: Session): string => `admin:${fingerprint}/${id.slice(0, 8)}`
  const cookieOf = (request: IncomingMessage, session: Session): string =>
    sessionCookie(request, signer.sign(session), sessionS)
  const view = (session: Session): SessionView => ({
    actor: actorOf(session),
    csrf_token: signer.csrfToken(session),
    expires_at: new Date(session.expiresAtMs).toISOString(),
  })

  const clearedCookie = (request: IncomingMessage): string | undefined =>
    hasOwnCookie(request) ? sessionCookie(request, '', 0) : undefined

  return {
    authenticate(request) {
      const token = readToken(request)
      if (token !== undefined) {
        checkToken(request, token)
        return { actor: `admin:${fingerprint}`, session: undefined }
      }
      const found = findSession(request)
      refuseIfRateLimited(requests.take(`session ${found.id}`), 'admin requests')
      refuseCsrf(request, (text) => signer.isCsrfToken(found, text))
      const session = sessions.prolong(found)
      const actor = actorOf(session)
      return session === found ? { actor, session } : { actor, session, cookie: cookieOf(request, session) }
    },

    async signIn(request, token) {
      refuseCrossSite(request)
      checkToken(request, token)
      await endAll(request)
      const session = sessions.start()
      return { view: view(session), cookie: cookieOf(request, session) }
    },

    signOut: endAll,

    view({ session }) {
      if (session === undefined)
        throw unauthorized('There is no session; the admin token came with the request.')
      return view(session)
    },

    clearedCookie,

    clearedForeignCookie: (request) =>
      signedSessionsOf(request).length === 0 ? clearedCookie(request) : undefined,

    onSessionEnd: ({ session }, onEnd) => (session ? sessions.watch(session, onEnd) : () => undefined),
  }
}
