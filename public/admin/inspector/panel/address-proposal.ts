/** What an address that does not work may have been meant to be. */
import { isBaseUrl } from '../../../../src/contract/objects/endpoint-field-schemas.ts'

const API_PATH = '/v1'

/** The routes of the API are added by the balancer. */
const ROUTE = /\/(?:chat\/completions|completions|models|embeddings|responses|messages)\/*$/

const withScheme = (text: string): string => {
  if (/^https?:\/\//i.test(text)) return text
  // `htp://`, `http:/`, `//host`; but `vllm:8000` is a host with a port.
  return `http://${text.replace(/^(?:[a-z]+:)?\/+|^https?:/i, '')}`
}

/** Without credentials, query and fragment, which no base URL has. */
function bare(text: string): string {
  const url = URL.parse(text)
  return url === null ? text : `${url.origin}${url.pathname}`
}

/**
 * @param status - with which the backend answered a test; null where it did not, undefined before a test.
 * @returns undefined where there is nothing better than what was typed.
 */
export function addressProposal(text: string, status?: number | null): string | undefined {
  const typed = text.trim()
  if (typed === '') return undefined
  const address = bare(withScheme(typed))
    .replace(ROUTE, '')
    .replace(/(?<!\/)\/+$/, '')
  const isOrigin = URL.parse(address)?.pathname === '/'
  const isMissing = status === 404 && !address.endsWith(API_PATH)
  const proposal = isOrigin && (status !== undefined || !isBaseUrl(typed)) ? address + API_PATH : address
  const whole = isMissing && !proposal.endsWith(API_PATH) ? proposal + API_PATH : proposal
  return whole === typed.replace(/(?<!\/)\/+$/, '') || !isBaseUrl(whole) ? undefined : whole
}
