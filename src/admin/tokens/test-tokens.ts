// The client tokens of load tests: one for each session that asks, removed with the session or an hour after it was last asked for.
import { randomBytes } from 'node:crypto'
import { digestSecret } from '../../config/secret-digest.ts'
import { LOAD_TEST_PREVIEW } from '../../contract/objects/load-test-preview.ts'
import type { TestTokenView } from '../../contract/session.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import { createSerialQueue, type SerialQueue } from '../../core/serial-queue.ts'
import type { TokenConfig } from '../../core/state/configuration.ts'
import type { Operator } from '../auth/admin-authentication.ts'
import type { Author } from '../changes/apply-change.ts'
import { deleteObject } from '../changes/soft-deletion.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { createTokenDefinition } from './token-definition.ts'
import { makeToken, newToken } from './token-values.ts'

const LIFETIME_S = 3_600
const MAX_TEST_TOKENS = 16
const RETRY_MS = 10_000

// The mark stays after a restart.
export const isTestToken = ({ preview }: Pick<TokenConfig, 'preview'>): boolean =>
  preview === LOAD_TEST_PREVIEW

type Context = Pick<
  AdminContext,
  'authentication' | 'state' | 'applyChange' | 'clock' | 'setTimer' | 'reservedDigests' | 'allowAnonymous'
>

interface Held {
  readonly id: number
  readonly value: string
  readonly name: string
  /** On the monotonic clock. */
  untilMs: number
  /** Stops waiting for its end. */
  release: () => void
}

export interface TestTokens {
  /** The token of the operator's session, made if it has none; its life begins anew. Throws LB_ERR_CONFLICT if there are too many. */
  take(operator: Operator, author: Author): Promise<TestTokenView>
  /** Removes the token of the operator's session, if it has one. */
  end(operator: Operator, author: Author): Promise<void>
  /** Removes the tokens that an earlier process has left. */
  removeLeft(): Promise<void>
}

const system: Author = { actor: 'load-balancer', requestId: 'start', ifMatch: undefined }

const viewOf = ({ id, value, name }: Held): TestTokenView => ({
  id,
  token: value,
  name,
  lifetime_seconds: LIFETIME_S,
})

/** The tokens by session. Each is removed when its session or its life ends, whichever is first. */
function createHeldTokens(context: Context, inTurn: SerialQueue) {
  const { authentication, state, applyChange, clock, setTimer } = context
  const definition = createTokenDefinition(context)
  const bySession = new Map<string, Held>()
  const exists = ({ id }: Held): boolean => state.snapshot().tokenById.has(id)
  const forget = (sessionId: string): Held | undefined => {
    const held = bySession.get(sessionId)
    held?.release()
    bySession.delete(sessionId)
    return held
  }
  const remove = async (sessionId: string, author: Author): Promise<void> => {
    const held = forget(sessionId)
    if (held && exists(held)) await applyChange(author, deleteObject(definition, held.id))
  }
  /** As `remove`, for ends that no request waits for: tries again while the database is held by another program. */
  const removeSoon = (sessionId: string, author: Author): void => {
    const held = bySession.get(sessionId)
    if (held === undefined) return
    void inTurn(() => remove(sessionId, author)).catch(() => {
      bySession.set(sessionId, held)
      held.release = setTimer(() => removeSoon(sessionId, author), RETRY_MS)
    })
  }
  return {
    remove,
    get(sessionId: string): Held | undefined {
      const held = bySession.get(sessionId)
      return held && exists(held) ? held : undefined
    },
    /** @returns how many there are, without those that an operator has revoked. */
    count(): number {
      for (const [sessionId, held] of bySession) if (!exists(held)) forget(sessionId)
      return bySession.size
    },
    keep(operator: Operator, sessionId: string, held: Held, author: Author): void {
      forget(sessionId)
      const end = (): void => removeSoon(sessionId, author)
      let cancelTimer: () => void = () => undefined
      const arm = (): void => {
        const leftMs = Math.max(0, held.untilMs - clock())
        cancelTimer = setTimer(() => (held.untilMs > clock() ? arm() : end()), leftMs)
      }
      arm()
      bySession.set(sessionId, held)
      const unwatch = authentication.onSessionEnd(operator, end)
      held.release = () => {
        cancelTimer()
        unwatch()
      }
    },
  }
}

export function createTestTokens(context: Context): TestTokens {
  const { state, applyChange, clock, reservedDigests } = context
  const definition = createTokenDefinition(context)
  const inTurn = createSerialQueue()
  const tokens = createHeldTokens(context, inTurn)
  const untilMs = (): number => clock() + LIFETIME_S * 1000
  const servesAnyone = (): boolean =>
    !state.snapshot().settings.tokensEverCreated &&
    (context.allowAnonymous === true || reservedDigests.size === 0)

  const make = async (operator: Operator, sessionId: string, author: Author): Promise<Held> => {
    if (tokens.count() >= MAX_TEST_TOKENS)
      throw gatewayError(
        'LB_ERR_CONFLICT',
        `There are ${MAX_TEST_TOKENS} test tokens of other sessions already; one ends when its session does.`,
      )
    const value = makeToken()
    const name = `Load test ${randomBytes(4).toString('hex')}`
    const id = await applyChange(author, {
      ...definition,
      verb: 'create',
      async work(tx, current) {
        const values = { ...newToken(current), name, digest: digestSecret(value), preview: LOAD_TEST_PREVIEW }
        return (await tx.tokens.insert(values)).id
      },
      response: (_snapshot, created) => created,
    })
    const held: Held = { id, value, name, untilMs: untilMs(), release: () => undefined }
    tokens.keep(operator, sessionId, held, author)
    return held
  }

  return {
    take: (operator, author) =>
      inTurn(async () => {
        const sessionId = operator.session?.id
        if (sessionId === undefined)
          throw gatewayError('LB_ERR_CONFLICT', 'A test token belongs to a session; sign in first.')
        if (servesAnyone()) return { id: null, token: null, name: '', lifetime_seconds: LIFETIME_S }
        const held = tokens.get(sessionId)
        if (held === undefined) return viewOf(await make(operator, sessionId, author))
        held.untilMs = untilMs()
        return viewOf(held)
      }),
    async end({ session }, author) {
      if (session !== undefined) await inTurn(() => tokens.remove(session.id, author))
    },
    async removeLeft() {
      for (const { id } of state.snapshot().tokens.filter(isTestToken))
        await applyChange(system, deleteObject(definition, id))
    },
  }
}
