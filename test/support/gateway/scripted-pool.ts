// A connection pool whose requests are answered by a test, callback by callback.
import type { ExchangeHandler } from '../../../src/http/upstream/exchange.ts'
import type { Attempt, ConnectionPool } from '../../../src/http/upstream/connection-pool.ts'

export interface ScriptedAttempt {
  hasHeaders: boolean
  headers(status: number, headers: Record<string, string>): void
  data(chunk: Buffer): void
  end(): void
  error(code: string): void
}

type PoolFault = 'start throws' | 'start reports an error'

const errorOf = (code: string): Error => Object.assign(new Error(code), { code })

const noBreak = { wasConnected: true, isBreak: false, wasUsed: false }

function createAttempt(handler: ExchangeHandler, open: ScriptedAttempt[]): ScriptedAttempt & Attempt {
  const close = (): void => {
    const index = open.indexOf(attempt)
    if (index !== -1) open.splice(index, 1)
  }
  /** Nothing is reported of an attempt that is over. */
  const report = (step: () => void): void => {
    if (open.includes(attempt)) step()
  }
  const attempt: ScriptedAttempt & Attempt = {
    hasHeaders: false,
    headers(status, headers) {
      attempt.hasHeaders = true
      report(() => handler.onResponse(status, headers))
    },
    data: (chunk) => report(() => handler.onData(chunk)),
    end: () =>
      report(() => {
        close()
        handler.onEnd()
      }),
    error: (code) =>
      report(() => {
        close()
        handler.onError(errorOf(code), noBreak)
      }),
    pause: () => undefined,
    resume: () => undefined,
    abort: close,
  }
  return attempt
}

/** @param open - holds the attempts that neither ended, failed nor were aborted. */
export function createScriptedPool(open: ScriptedAttempt[], armed: Set<string>): ConnectionPool {
  const isArmed = (fault: PoolFault): boolean => armed.delete(fault)
  return {
    start(_request, handler) {
      if (isArmed('start throws')) throw new Error('injected: start throws')
      const attempt = createAttempt(handler, open)
      if (isArmed('start reports an error')) handler.onError(errorOf('UPSTREAM_POOL_CLOSED'), noBreak)
      else open.push(attempt)
      return attempt
    },
    close: () => undefined,
    destroy: () => undefined,
  }
}
