/** Where calls of the command go: to every target that the plan names, since it is the user's own. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Target } from '../transport/target.ts'

export async function resolveAnyTarget({ hostname, origin, pathname, search }: URL): Promise<Target> {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(bare)
  const addresses =
    family === 0 ? await lookup(bare, { all: true, verbatim: true }) : [{ address: bare, family }]
  return { origin, path: pathname + search, addresses, verifyTls: true }
}
