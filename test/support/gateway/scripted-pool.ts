// A connection pool whose requests are answered by a test, callback by callback.
import type { Dispatcher } from 'undici'

export interface ScriptedAttempt {
  hasHeaders: boolean
  headers(status: number, headers: Record<string, string>): void
  data(chunk: Buffer): void
  end(): void
  error(code: string): void
}

type PoolFault = 'dispatch throws' | 'dispatch reports an error'

const errorOf = (code: string): Error => Object.assign(new Error(code), { code })

function createAttempt(handler: Dispatcher.DispatchHandler, open: ScriptedAttempt[]): ScriptedAttempt {
  let isStarted = false
  const close = (): void => {
    const index = open.indexOf(attempt)
    if (index !== -1) open.splice(index, 1)
  }
  const controller = {
    aborted: false,
    paused: false,
    reason: null,
    pause: () => undefined,
    resume: () => undefined,
    abort(reason: Error) {
      close()
      handler.onResponseError?.(controller, reason)
    },
  } as unknown as Dispatcher.DispatchController
  const start = (): void => {
    if (!isStarted) handler.onRequestStart?.(controller, {})
    isStarted = true
  }
  const attempt: ScriptedAttempt = {
    hasHeaders: false,
    headers(status, headers) {
      start()
      attempt.hasHeaders = true
      if (open.includes(attempt)) handler.onResponseStart?.(controller, status, headers)
    },
    data: (chunk) => void handler.onResponseData?.(controller, chunk),
    end() {
      close()
      handler.onResponseEnd?.(controller, {})
    },
    error(code) {
      close()
      handler.onResponseError?.(controller, errorOf(code))
    },
  }
  return attempt
}

/** @param open - holds the attempts that neither ended, failed nor were aborted. */
export function createScriptedPool(open: ScriptedAttempt[], armed: Set<string>) {
  const isArmed = (fault: PoolFault): boolean => armed.delete(fault)
  return {
    dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
      if (isArmed('dispatch throws')) throw new Error('injected: dispatch throws')
      if (isArmed('dispatch reports an error')) {
        handler.onResponseError?.({} as Dispatcher.DispatchController, errorOf('UND_ERR_DESTROYED'))
        return false
      }
      open.push(createAttempt(handler, open))
      return true
    },
  }
}
