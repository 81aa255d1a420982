/** The interface through which the engine makes its HTTP calls. */
import type { BridgeErrorCode } from '../../contract/bridge.ts'
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'

export interface HttpCall {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly stream: boolean
  /** From sending the call to the end of its response. */
  readonly timeoutMs: number
}

/**
 * The events of a call, in this order: onHead, any number of onText, then onEnd; or onError at any point. All times are
 * milliseconds on the clock of the engine.
 */
export interface CallListener {
  onHead(status: number, headers: ResponseHeaders, atMs: number): void
  /** @param text - whole characters: a character that was split between packets comes with its last byte. */
  onText(text: string, atMs: number): void
  onEnd(atMs: number): void
  /** @param message - one sentence for people. */
  onError(code: BridgeErrorCode, message: string, atMs: number): void
}

export interface Transport {
  /** Calls that have begun and wait until others have ended. */
  waiting(): number
  /** Events never arrive before this function has returned. @returns cancels the call; no event follows. */
  call(call: HttpCall, listener: CallListener): () => void
}
