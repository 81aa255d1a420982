// Reads a request's body up to a size limit.
import type { IncomingMessage } from 'node:http'
import { discardBody } from '../../http/discard-body.ts'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

interface BodyListener {
  onBody(body: Buffer): void
  onError(error: GatewayError): void
}

/**
 * Calls one of the listener's functions, once. An encoded body is LB_ERR_UNSUPPORTED_ENCODING, an incomplete one
 * LB_ERR_BAD_REQUEST.
 * @param maxBytes - a larger body is LB_ERR_BODY_TOO_LARGE; its rest is read and discarded for up to a second.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  { onBody, onError }: BodyListener,
): void {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const error = gatewayError('LB_ERR_UNSUPPORTED_ENCODING', 'send the body without a content-encoding')
    return discardBody(request, () => onError(error))
  }
  // `close` follows `end`; a flag is cheaper than removing the listeners.
  let over = false
  const tooLarge = (): void => {
    over = true
    request.off('data', onData)
    const error = gatewayError('LB_ERR_BODY_TOO_LARGE', `the body may have ${maxBytes} bytes at most`)
    discardBody(request, () => onError(error))
  }
  let length = 0
  const chunks: Buffer[] = []
  const onData = (chunk: Buffer): void => {
    length += chunk.length
    if (length > maxBytes) tooLarge()
    else chunks.push(chunk)
  }
  const onEnd = (): void => {
    if (over) return
    over = true
    const [only] = chunks
    const body = only && chunks.length === 1 ? only : Buffer.concat(chunks, length)
    // This closure lives as long as the request.
    chunks.length = 0
    onBody(body)
  }
  const onClose = (): void => {
    if (over) return
    over = true
    onError(gatewayError('LB_ERR_BAD_REQUEST', 'the body broke off'))
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge()
  request.on('data', onData).on('end', onEnd).on('close', onClose)
}
