// Mounts the Load Producer's bridge at the balancer's /ws: for signed-in operators, with the balancer as the only target.
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import type { AdminAuthentication } from '../admin/auth/admin-authentication.ts'
import type { Clock } from '../core/clock.ts'
import { isGatewayError } from '../core/gateway-error.ts'
import type { Verdict } from '../ws-bridge/connection/connection-policy.ts'
import { createBridge, type Bridge } from '../ws-bridge/bridge.ts'
import { callError } from '../load-engine/transport/call-error.ts'
import { onBridgeUpgrade } from './http/bridge-upgrades.ts'
import type { Target } from '../load-engine/transport/target.ts'
import { balancerPath, hostPortOf } from '../ws-bridge/targets/target.ts'

interface BridgeMountOptions {
  readonly authentication: Pick<AdminAuthentication, 'authenticate' | 'onSessionEnd'>
  readonly clock: Clock
  readonly logger: Logger
  /** Where the balancer listens. */
  readonly address: () => AddressInfo
}

const MAX_CONCURRENT = 2000
const CALL_TIMEOUT_MS = 3_600_000
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

/** The address at which the balancer reaches its own listener. */
function ownAddress({ address, family, port }: AddressInfo): {
  host: string
  addresses: Target['addresses']
} {
  const loopback: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' }
  const loopbackAddress = loopback[address] ?? address
  const isIpv6 = family === 'IPv6'
  return {
    host: `${isIpv6 ? `[${loopbackAddress}]` : loopbackAddress}:${port}`,
    addresses: [{ address: loopbackAddress, family: isIpv6 ? 6 : 4 }],
  }
}

/** Whether a URL means the balancer: by the host that the page was loaded from, or as localhost on its port. */
function isOwnUrl(url: URL, { headers }: IncomingMessage, port: number): boolean {
  const names = [headers.host, headers['x-forwarded-host']].map((name) =>
    URL.parse(`${url.protocol}//${String(name)}`),
  )
  const own = LOOPBACK_NAMES.map((name) => `${name}:${port}`)
  return names.some((name) => name?.host === url.host) || own.includes(hostPortOf(url))
}

function resolveOwnTarget(listening: AddressInfo, url: URL, page: IncomingMessage): Target {
  if (!isOwnUrl(url, page, listening.port))
    throw callError('refused_target', `${url.host} is not this balancer, and calls from here go nowhere else`)
  const { host, addresses } = ownAddress(listening)
  return { origin: `http://${host}`, path: balancerPath(url), addresses, verifyTls: true }
}

function authorize(authentication: BridgeMountOptions['authentication'], request: IncomingMessage): Verdict {
  try {
    const operator = authentication.authenticate(request)
    return { watchEnd: (onEnd) => authentication.onSessionEnd(operator, onEnd) }
  } catch (error) {
    if (!isGatewayError(error)) throw error
    return { refusal: { status: error.statusCode, reason: error.message } }
  }
}

export function mountBridge(
  server: Server,
  { authentication, clock, logger, address }: BridgeMountOptions,
): Bridge {
  const bridge = createBridge({
    authorize: (request) => authorize(authentication, request),
    resolveTarget: (url, page) => Promise.resolve().then(() => resolveOwnTarget(address(), url, page)),
    logger,
    clock,
    maxConcurrent: MAX_CONCURRENT,
    timeoutMs: CALL_TIMEOUT_MS,
  })
  onBridgeUpgrade(server, bridge.upgrade)
  return bridge
}
