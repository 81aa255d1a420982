// Addresses that calls never go to, whatever is allowed: cloud metadata services and link-local addresses.
import { BlockList, isIP } from 'node:net'

const forbidden = new BlockList()
forbidden.addSubnet('169.254.0.0', 16, 'ipv4')
forbidden.addSubnet('fe80::', 10, 'ipv6')
// Metadata services outside link-local ranges: Alibaba, Azure, Oracle; Amazon and Google by IPv6.
for (const address of ['100.100.100.200', '168.63.129.16', '192.0.0.192']) forbidden.addAddress(address)
for (const address of ['fd00:ec2::254', 'fd20:ce::254']) forbidden.addAddress(address, 'ipv6')
// The link-local range as IPv4-compatible, NAT64 and 6to4 addresses; BlockList itself handles IPv4-mapped ones.
forbidden.addSubnet('::169.254.0.0', 112, 'ipv6')
forbidden.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6')
forbidden.addSubnet('2002:a9fe::', 32, 'ipv6')

/** @param address - IPv4 or IPv6, with or without a zone; anything else is forbidden. */
export function isForbiddenAddress(address: string): boolean {
  const bare = address.split('%', 1)[0] ?? ''
  const family = isIP(bare)
  return family === 0 || forbidden.check(bare, family === 4 ? 'ipv4' : 'ipv6')
}
