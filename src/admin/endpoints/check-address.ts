// Checks an endpoint's address together with its other fields: that a stored key does not follow it to another origin, and
// that an enabled endpoint has one that can be used.
import { isBaseUrl } from '../../contract/objects/endpoint-field-schemas.ts'
import type { FieldError } from '../../contract/problem.ts'
import { gatewayError } from '../../core/gateway-error.ts'

interface Address {
  readonly baseUrl: string
  readonly apiKey: string
}

/** Whether both URLs have the same scheme, host and port. */
export const hasSameOrigin = (a: string, b: string): boolean => {
  const origin = URL.parse(a)?.origin
  return origin !== undefined && origin === URL.parse(b)?.origin
}

export const KEY_NEEDED =
  'Is needed again, since base_url leads to another origin, and the stored key is for the present one alone. An empty one removes it.'

/** Whether a change would send the stored key to another origin. @param givesKey - whether the change itself has a key. */
export const movesKey = (stored: Address, baseUrl: string, givesKey: boolean): boolean =>
  !givesKey && stored.apiKey !== '' && !hasSameOrigin(stored.baseUrl, baseUrl)

const refuse = (error: FieldError) =>
  gatewayError('LB_ERR_VALIDATION', `Not acceptable: ${error.pointer}. ${error.detail}`, { errors: [error] })

/** Throws LB_ERR_VALIDATION if `movesKey`. */
export function checkKey(stored: Address, baseUrl: string, givesKey: boolean): void {
  if (movesKey(stored, baseUrl, givesKey)) throw refuse({ pointer: '/api_key', detail: KEY_NEEDED })
}

/** Throws LB_ERR_VALIDATION for an enabled endpoint whose address cannot be used; an imported database may have one. */
export function checkAddress({
  enabled,
  baseUrl,
}: {
  readonly enabled: boolean
  readonly baseUrl: string
}): void {
  if (enabled && !isBaseUrl(baseUrl))
    throw refuse({
      pointer: '/base_url',
      detail: 'Cannot be used: an endpoint is enabled only with an http or https URL that has a host.',
    })
}
