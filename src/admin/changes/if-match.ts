// Evaluates If-Match: a change applies only to the version that its sender has seen. @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
import { gatewayError } from '../../core/gateway-error.ts'

/** The present version, which If-Match is compared with. */
export interface Version {
  readonly etag: string
  /** The object as the API shows it, for `current` in the problem. */
  view(): unknown
}

// Compressing proxies mark tags as weak. Such a tag still names our version.
const tags = /(?:W\/)?("[^"]*")/g

const matches = (ifMatch: string, etag: string): boolean =>
  ifMatch.trim() === '*' || [...ifMatch.matchAll(tags)].some(([, tag]) => tag === etag)

/**
 * Throws LB_ERR_PRECONDITION, with the present version, unless If-Match names it. Without If-Match nothing is checked.
 * @param version - undefined if the object does not exist. @param what - names it, at the start of a sentence.
 */
export function requireMatch(ifMatch: string | undefined, version: Version | undefined, what: string): void {
  if (ifMatch === undefined) return
  if (version === undefined)
    throw gatewayError('LB_ERR_PRECONDITION', `${what} is not there.`, { current: null })
  if (matches(ifMatch, version.etag)) return
  throw gatewayError('LB_ERR_PRECONDITION', `${what} is not as it was: somebody has changed it meanwhile.`, {
    current: version.view(),
  })
}
