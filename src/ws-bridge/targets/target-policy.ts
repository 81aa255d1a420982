// Decides which targets calls may go to, by a list, after rewriting and name resolution.
import { lookup as dnsLookup } from 'node:dns/promises'
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { LRUCache } from 'lru-cache'
import { callError } from '../../load-engine/transport/call-error.ts'
import { isForbiddenAddress } from './forbidden-addresses.ts'
import type { Target } from '../../load-engine/transport/target.ts'
import { balancerPath, hostPortOf } from './target.ts'

/** @returns every address of a name. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>

interface TargetPolicyOptions {
  /** host:port as in a URL, always with the port; so are the entries below. */
  readonly balancer: string
  readonly rewrites: ReadonlyMap<string, string>
  readonly allowed: readonly string[]
  /** Targets whose certificates are not verified. */
  readonly insecure: readonly string[]
  readonly lookup?: Lookup
}

// Long enough that a burst of calls shares one lookup, short enough to follow a container to a new address.
const LOOKUP_TTL_MS = 5_000
const MAX_NAMES = 500

const systemLookup: Lookup = (hostname) => dnsLookup(hostname, { all: true, verbatim: true })

const bareHost = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1')
const splitPort = (hostPort: string): { hostname: string; port: string } => {
  const colon = hostPort.lastIndexOf(':')
  return { hostname: hostPort.slice(0, colon), port: hostPort.slice(colon + 1) }
}

/** Whether a host is an IP address or localhost, whose meaning no DNS record can change. */
const isPlainAddress = (hostname: string): boolean =>
  isIP(bareHost(hostname)) !== 0 || hostname === 'localhost'

function createAddressCache(lookup: Lookup) {
  const names = new LRUCache<string, readonly LookupAddress[]>({
    max: MAX_NAMES,
    ttl: LOOKUP_TTL_MS,
    fetchMethod: (hostname) => lookup(hostname),
  })
  return async (hostname: string): Promise<readonly LookupAddress[]> => {
    const bare = bareHost(hostname)
    const family = isIP(bare)
    if (family !== 0) return [{ address: bare, family }]
    return (await names.fetch(bare)) ?? []
  }
}

type AddressesOf = ReturnType<typeof createAddressCache>

/**
 * Whether `hostPort` is on the list by name, or resolves to the addresses of an entry and one of the two is a plain
 * address. Two different names never match, since one address may serve many tenants by name.
 */
async function isListed(
  hostPort: string,
  list: readonly string[],
  addressesOf: AddressesOf,
): Promise<boolean> {
  if (list.includes(hostPort)) return true
  const { hostname, port } = splitPort(hostPort)
  const own = new Set((await addressesOf(hostname)).map(({ address }) => address))
  for (const entry of list.map(splitPort)) {
    if (entry.port !== port || !(isPlainAddress(entry.hostname) || isPlainAddress(hostname))) continue
    // An entry whose name does not resolve matches nothing else.
    const listed = await addressesOf(entry.hostname).catch(() => [])
    const known = new Set(listed.map(({ address }) => address))
    if (own.size > 0 && [...own].every((address) => known.has(address))) return true
  }
  return false
}

export function createTargetPolicy(options: TargetPolicyOptions): (url: URL) => Promise<Target> {
  const { balancer, rewrites, allowed, insecure, lookup = systemLookup } = options
  const addressesOf = createAddressCache(lookup)
  return async (url) => {
    const requested = hostPortOf(url)
    const hostPort = rewrites.get(requested) ?? requested
    const refuse = (why: string) => callError('refused_target', `${hostPort} ${why}`)
    const addresses = await addressesOf(splitPort(hostPort).hostname)
    if (addresses.length === 0 || addresses.some(({ address }) => isForbiddenAddress(address)))
      throw refuse('is at an address that the bridge never sends to')
    if (!(await isListed(hostPort, allowed, addressesOf)))
      throw refuse('is not among the targets that the bridge sends to')
    return {
      origin: `${url.protocol}//${hostPort}`,
      path: hostPort === balancer ? balancerPath(url) : url.pathname + url.search,
      addresses,
      verifyTls: !(await isListed(hostPort, insecure, addressesOf)),
    }
  }
}
