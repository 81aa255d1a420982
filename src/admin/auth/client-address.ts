// Finds the address of a request's sender, which may be behind trusted proxies.
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { peerAddress } from '../../http/peer-address.ts'

/** An address, or a range of addresses with the length of its prefix in bits. */
export interface AddressRange {
  readonly address: string
  readonly prefix: number
}

// More proxies than this are not a legitimate path.
const MAX_HOPS = 32

/** @returns the address without the brackets and the port that some proxies add. */
function bareAddress(text: string): string {
  const entry = text.trim()
  if (entry.startsWith('[')) return entry.slice(1).split(']', 1)[0] ?? ''
  const [address = '', , more] = entry.split(':', 3)
  return more === undefined ? address : entry
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/**
 * @param trustedProxies - X-Forwarded-For counts only where it comes from one of these, since any client can send it.
 * @returns a function that returns the address nearest to the server that is not a trusted proxy.
 */
export function createClientAddress(
  trustedProxies: readonly AddressRange[],
): (request: IncomingMessage) => string {
  const trusted = new BlockList()
  for (const { address, prefix } of trustedProxies) trusted.addSubnet(address, prefix, familyOf(address))
  const isTrusted = (address: string): boolean =>
    isIP(address) !== 0 && trusted.check(address, familyOf(address))

  return (request) => {
    const peer = peerAddress(request) ?? ''
    if (trustedProxies.length === 0 || !isTrusted(peer)) return peer
    const hops = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .slice(-MAX_HOPS)
      .map(bareAddress)
    let client = peer
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) break
      client = hop
      if (!isTrusted(hop)) break
    }
    return client
  }
}
