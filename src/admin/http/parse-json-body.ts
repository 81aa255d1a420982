// Parses a request body as JSON, ignoring its content type.
import { gatewayError } from '../../core/gateway-error.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Throws LB_ERR_UNSUPPORTED_ENCODING for a compressed body and LB_ERR_INVALID_JSON for what is not JSON; a byte
 * order mark is not.
 */
export function parseJsonBody(body: unknown, contentEncoding: string | undefined): unknown {
  if (contentEncoding !== undefined && contentEncoding.trim().toLowerCase() !== 'identity') {
    throw gatewayError('LB_ERR_UNSUPPORTED_ENCODING', 'The body must come without a content encoding.')
  }
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw gatewayError('LB_ERR_INVALID_JSON', 'The body is empty; it takes a JSON object.')
  }
  try {
    return JSON.parse(utf8.decode(body)) as unknown
  } catch {
    // The parser's own message quotes the body, which may hold a secret.
    throw gatewayError('LB_ERR_INVALID_JSON', 'The body is not valid JSON in UTF-8.')
  }
}
