// Holds a change to the version of the object that its author has seen. @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
import { gatewayError } from '../../core/gateway-error.ts'

/** What If-Match is compared with. */
export interface Version {
  readonly etag: string
  /** The object as it is shown, for who has seen another version. */
  view(): unknown
}

// Proxies that compress mark tags as weak; ours mean the same thing nonetheless.
const tags = /(?:W\/)?("[^"]*")/g

const matches = (ifMatch: string, etag: string): boolean =>
  ifMatch.trim() === '*' || [...ifMatch.matchAll(tags)].some(([, tag]) => tag === etag)

/**
 * Throws LB_ERR_PRECONDITION, with the present version, unless If-Match names it. Without If-Match nothing is checked.
 * @param version - undefined where the object is not there. @param what - names it, at the start of a sentence.
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
