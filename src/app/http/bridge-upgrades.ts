// Accepts upgrades of the bridge's path alone; a request that offers another protocol elsewhere is served as it is.
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { BRIDGE_PATH } from '../../contract/bridge.ts'

type UpgradingServer = Server & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean }

/**
 * Accepts none on a Node.js before 22.21 and 24.9: with an upgrade listener these treat every request with an Upgrade
 * header as an upgrade, and some clients offer HTTP/2 with each request. There the Load Producer needs `ws-proxy`.
 */
export function onBridgeUpgrade(
  server: Server,
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): void {
  const upgrading = server as UpgradingServer
  if (upgrading.shouldUpgradeCallback === undefined) return
  upgrading.shouldUpgradeCallback = ({ url = '' }) => url.split('?', 1)[0] === BRIDGE_PATH
  server.on('upgrade', upgrade)
}
