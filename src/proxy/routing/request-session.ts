// Finds the session that a request belongs to, for blocks that keep a session at one endpoint.
import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { QUOTE } from '../json/json-scan.ts'
import type { ClientIdentity } from '../request/authenticate-client.ts'
import { readText } from '../request/body-members.ts'
import type { PreparedBody } from '../request/prepare-body.ts'

type SessionBody = Pick<PreparedBody, 'bytes' | 'placement'>

/**
 * @param affinity - `none`, `token`, `user`, `prompt_cache_key` or `header:` and a name in lower case.
 * @returns a digest; undefined where the request names no session.
 */
export type ReadSession = (
  affinity: string,
  client: ClientIdentity,
  body: SessionBody,
  headers: IncomingHttpHeaders,
) => string | undefined

const HEADER = 'header:'
// With the quotes of a member of the body.
const MAX_BYTES = 1_024
const DIGEST_CHARACTERS = 22

/** Only the upstream says what is wrong with another value. */
function readMember({ bytes, placement }: SessionBody, key: 'user' | 'prompt_cache_key'): string | undefined {
  const value = placement[key]
  if (value === undefined || bytes[value.start] !== QUOTE || value.end - value.start > MAX_BYTES)
    return undefined
  return readText(bytes, key, value, MAX_BYTES)
}

/** @param secret - restarts and replicas with the same one give a session the same digest. */
export function createSessionReader(secret: string): ReadSession {
  const key = hash('sha256', `${secret} llm-load-balancer session affinity`)

  const readName: ReadSession = (affinity, { token, staticDigest }, body, headers) => {
    if (affinity === 'token') return token === null ? staticDigest : String(token.id)
    if (affinity === 'user' || affinity === 'prompt_cache_key') return readMember(body, affinity)
    if (!affinity.startsWith(HEADER)) return undefined
    const value = headers[affinity.slice(HEADER.length)]
    return typeof value === 'string' && value.length <= MAX_BYTES ? value : undefined
  }

  return (affinity, client, body, headers) => {
    if (affinity === 'none') return undefined
    const name = readName(affinity, client, body, headers)
    if (name === undefined || name === '') return undefined
    return hash('sha256', `${key} ${client.blockId} ${affinity} ${name}`, 'base64url').slice(
      0,
      DIGEST_CHARACTERS,
    )
  }
}
