// Opens a connection by TCP or TLS, whose bytes are read into a buffer that all connections share.
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { readInto } from '../read-buffer.ts'

export interface SocketTarget {
  /** http or https, host and port. */
  readonly url: URL
  readonly verifyTls: boolean
  /** Default: of the operating system. */
  readonly lookup?: LookupFunction | undefined
}

/**
 * @param session - of an earlier TLS connection to the same target.
 * @param onBytes - gets bytes that are valid during the call only.
 * @returns a socket that emits 'connect', with TLS 'secureConnect'.
 */
export function openSocket(
  { url, verifyTls, lookup }: SocketTarget,
  session: Buffer | undefined,
  onBytes: (bytes: Buffer) => void,
): Socket {
  // An IPv6 address stands in brackets in a URL.
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
  const isTls = url.protocol === 'https:'
  const options = {
    host,
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    ...(lookup && { lookup }),
    onread: readInto((bytes) => void onBytes(bytes)),
  }
  if (!isTls) return connectTcp(options)
  return connectTls({
    ...options,
    rejectUnauthorized: verifyTls,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 && { servername: host }),
    ...(session && { session }),
  })
}
