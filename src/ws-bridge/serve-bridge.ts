// Starts the bridge as a separate process and stops it on a signal.
import closeWithGrace from 'close-with-grace'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { BridgeConfig } from '../config/bridge-table.ts'
import { createLogDestination } from '../observability/log-destination.ts'
import { createLogger } from '../observability/logger.ts'
import { buildBridge } from './build-bridge.ts'

// Added to the drain timeout, for closing sockets.
const GRACE_MS = 5_000

/** @param version - without a leading v. */
export async function serveBridge(config: BridgeConfig, version: string): Promise<void> {
  const startMs = performance.now()
  const logDestination = createLogDestination()
  const logger = createLogger({ level: config.logLevel, destination: logDestination })
  const { bridge, server } = buildBridge(config, logger)
  try {
    server.listen({ host: config.host, port: config.port })
    await once(server, 'listening')
  } catch (error) {
    await logDestination.close()
    throw error
  }
  const { port } = server.address() as AddressInfo
  logger.info({ host: config.host, port, version }, 'listening')
  closeWithGrace({ delay: config.drainTimeoutS * 1000 + GRACE_MS, logger }, async ({ signal, err }) => {
    if (err) logger.fatal({ err }, 'stopping after an error')
    else logger.info({ signal }, 'stopping')
    server.close()
    await bridge.drain(config.drainTimeoutS * 1000)
    server.closeAllConnections()
    const { connections, calls, errors } = bridge.figures()
    const seconds = Math.round((performance.now() - startMs) / 1000)
    logger.info({ connections, requests: calls, errors: Object.fromEntries(errors), seconds }, 'stopped')
    await logDestination.close()
  })
}
