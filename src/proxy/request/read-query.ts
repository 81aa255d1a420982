// Reads the query of a request's URL, which goes upstream as it is.
import { gatewayError } from '../../core/gateway-error.ts'

const MAX_CHARACTERS = 4096
/** What a request line may hold without escapes. */
const sendable = /^[\x21-\x7e]*$/

/**
 * @returns the query with its question mark, without a fragment; empty where there is none.
 * @throws gatewayError LB_ERR_BAD_REQUEST where it cannot be sent or is too long.
 */
export function readQuery(url: string): string {
  const start = url.indexOf('?')
  if (start === -1) return ''
  const fragment = url.indexOf('#')
  if (fragment !== -1 && fragment < start) return ''
  const query = url.slice(start, fragment === -1 ? undefined : fragment)
  if (query.length > MAX_CHARACTERS)
    throw gatewayError('LB_ERR_BAD_REQUEST', `the query may have ${MAX_CHARACTERS} characters at most`)
  if (!sendable.test(query))
    throw gatewayError('LB_ERR_BAD_REQUEST', 'the query has characters that must be percent-encoded')
  return query === '?' ? '' : query
}
