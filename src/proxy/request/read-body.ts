// Reads a request's body within limits of size, of memory for all bodies and of time without a byte.
import type { HttpRequest } from '../../http/server/http-messages.ts'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import type { ByteReservation } from '../../core/limits/byte-budget.ts'
import { discardBody } from '../../http/discard-body.ts'
import { createDeadlines, type Deadline } from '../../http/deadlines.ts'
import { createBodyBuffer } from './body-buffer.ts'

interface BodyLimits {
  /** A larger body is LB_ERR_BODY_TOO_LARGE. */
  readonly maxBytes: number
  /** A client that sends no byte for this long before the end gets LB_ERR_REQUEST_TIMEOUT. */
  readonly stallMs: number
}

/** Exactly one of the two is called, once. */
interface BodyListener {
  onBody(body: Buffer): void
  onError(error: GatewayError): void
}

const RETRY_S = 1

export const encodedBody = (): GatewayError =>
  gatewayError('LB_ERR_UNSUPPORTED_ENCODING', 'send the body without a content-encoding')

export const bodyStalled = (stallMs: number): GatewayError =>
  gatewayError('LB_ERR_REQUEST_TIMEOUT', `no byte of the body arrived for ${stallMs / 1000} seconds`)

export const bodyTooLarge = (maxBytes: number): GatewayError =>
  gatewayError('LB_ERR_BODY_TOO_LARGE', `the body may have ${maxBytes} bytes at most`)

export const noBodyMemory = (): GatewayError =>
  gatewayError('LB_ERR_BODY_MEMORY', 'the bodies of other requests take all memory that bodies may take', {
    retryAfterS: RETRY_S,
  })

/**
 * Reads one body. An encoded one is LB_ERR_UNSUPPORTED_ENCODING, an incomplete one LB_ERR_BAD_REQUEST, one that does not
 * fit into the memory LB_ERR_BODY_MEMORY. Of a body that is refused the rest is discarded for up to a second first.
 * @param memory - takes the length at once where it is known, and chunk by chunk otherwise; the caller releases it.
 */
type ReadBody = (request: HttpRequest, memory: ByteReservation, listener: BodyListener) => void

export function createBodyReader({ maxBytes, stallMs }: BodyLimits): ReadBody {
  // Most bodies arrive at once: one timer serves all.
  const stalls = createDeadlines<() => void>(stallMs, (stall) => stall())
  return (request, memory, { onBody, onError }) => {
    const { 'content-encoding': encoding, 'content-length': declared } = request.headers
    const refuse = (error: GatewayError): void => discardBody(request, () => onError(error))
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return refuse(encodedBody())
    const isDeclared = declared !== undefined
    const expectedBytes = isDeclared ? Number(declared) : Infinity
    if (isDeclared && expectedBytes > maxBytes) return refuse(bodyTooLarge(maxBytes))
    if (isDeclared && !memory.take(expectedBytes)) return refuse(noBodyMemory())

    const whole = request.takeBody?.()
    if (whole !== undefined) return onBody(whole)
    const body = createBodyBuffer(expectedBytes)
    // `close` follows `end`; a flag is cheaper than removing the listeners.
    let over = false
    let stall: Deadline<() => void> | undefined
    const finish = (): void => {
      over = true
      if (stall) stalls.remove(stall)
    }
    const onStall = (): void => {
      finish()
      onError(bodyStalled(stallMs))
    }
    const expectMore = (): void => {
      if (stall) stalls.remove(stall)
      stall = stalls.add(onStall)
    }
    const onData = (chunk: Buffer): void => {
      if (over) return
      const isTooLarge = body.length() + chunk.length > maxBytes
      if (isTooLarge || (!isDeclared && !memory.take(chunk.length))) {
        finish()
        body.take()
        memory.release()
        return refuse(isTooLarge ? bodyTooLarge(maxBytes) : noBodyMemory())
      }
      body.append(chunk)
      // A complete body ends at once.
      if (body.length() < expectedBytes) expectMore()
    }
    const onEnd = (): void => {
      if (over) return
      finish()
      onBody(body.take())
    }
    const onClose = (): void => {
      if (over) return
      finish()
      onError(gatewayError('LB_ERR_BAD_REQUEST', 'the body broke off'))
    }
    expectMore()
    request.on('data', onData).on('end', onEnd).on('close', onClose)
  }
}
