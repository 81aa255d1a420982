// Reads a request's body, bounded while it is read.
import type { IncomingMessage } from 'node:http'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

// A client that is still sending sees the answer only once it has been listened to.
const DISCARD_MS = 1_000

interface BodyListener {
  onBody(body: Buffer): void
  onError(error: GatewayError): void
}

function discard(request: IncomingMessage, then: () => void): void {
  let over = false
  const finish = (): void => {
    if (over) return
    over = true
    clearTimeout(timer)
    then()
  }
  const timer = setTimeout(finish, DISCARD_MS)
  request.once('end', finish).once('close', finish).resume()
}

/**
 * @param maxBytes - a larger body is LB_ERR_BODY_TOO_LARGE; what is left of it is read and thrown away for up to a second.
 * One of the listener's two is called, once: an encoded body is LB_ERR_UNSUPPORTED_ENCODING, one that breaks off LB_ERR_BAD_REQUEST.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  { onBody, onError }: BodyListener,
): void {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const error = gatewayError('LB_ERR_UNSUPPORTED_ENCODING', 'send the body without a content-encoding')
    return discard(request, () => onError(error))
  }
  // Its `close` follows its end; a flag is cheaper than taking listeners back.
  let over = false
  const tooLarge = (): void => {
    over = true
    request.off('data', onData)
    const error = gatewayError('LB_ERR_BODY_TOO_LARGE', `the body may have ${maxBytes} bytes at most`)
    discard(request, () => onError(error))
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
    // This listener lives as long as the request does.
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
