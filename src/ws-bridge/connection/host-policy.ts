// Refuses requests to public host names while no token is needed: the owner of any name can let it point here, and browsers
// then take the owner's page for a page of this server (DNS rebinding).
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** Why a page may not connect; `reason` goes to the log and into the response. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number
  readonly reason: string
}

const MAX_SHOWN_CHARACTERS = 100
const privateSuffixes = ['.localhost', '.local', '.lan', '.internal', '.home.arpa']

/** Whether no owner of a public name can claim the host. @param hostname - as in URLs. */
function isPrivateHost(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '')
  if (name.startsWith('[') || isIP(name) !== 0 || !name.includes('.')) return true
  return privateSuffixes.some((suffix) => name.endsWith(suffix))
}

interface HostPolicyOptions {
  readonly publicHosts: readonly string[]
  readonly allowedOrigins: '*' | readonly string[]
  readonly token: string | undefined
}

export type RefuseHost = (request: IncomingMessage) => Refusal | undefined

export function createHostPolicy({ publicHosts, allowedOrigins, token }: HostPolicyOptions): RefuseHost {
  const named = new Set(publicHosts)
  for (const origin of allowedOrigins === '*' ? [] : allowedOrigins) named.add(new URL(origin).hostname)
  return ({ headers }) => {
    // A page of another owner does not know the token.
    if (token !== undefined) return undefined
    const hostname = URL.parse(`http://${headers.host ?? ''}`)?.hostname ?? ''
    if (hostname !== '' && (isPrivateHost(hostname) || named.has(hostname))) return undefined
    const shown = hostname.slice(0, MAX_SHOWN_CHARACTERS)
    return {
      status: 403,
      reason: `the bridge does not know the public host name ${shown}: name it in WS_PUBLIC_HOSTS, or set WS_TOKEN`,
    }
  }
}
