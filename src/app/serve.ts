// Starts the daemon and stops it on a signal.
import closeWithGrace from 'close-with-grace'
import { dirname, join, resolve } from 'node:path'
import type { Logger } from 'pino'
import { resolveAdminToken, type AdminToken } from '../config/admin-token.ts'
import type { Config } from '../config/environment-table.ts'
import { readVersion } from '../config/version.ts'
import { createLogDestination } from '../observability/log-destination.ts'
import { createLogger } from '../observability/logger.ts'
import { openStore } from '../store/open-store.ts'
import { buildApp } from './build-app.ts'
import { startDemo, type Demo } from './demo.ts'

// Added to the drain timeout, for writing the counters and the log.
const GRACE_MS = 10_000
// A terminal sends SIGINT to npm and to the daemon, and npm forwards its own: within this time it is the same signal.
const SIGNAL_ECHO_MS = 2_000

function logAdminToken({ path, created, warning }: AdminToken, logger: Logger): void {
  if (warning !== undefined) logger.warn(warning)
  if (path !== undefined) logger.info({ path, created }, 'admin token is in this file')
}

function urlOf(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::'
  return `http://${everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`
}

/** @param onRepeat - called for a further signal, after the echo of the first. */
function onStopSignal(stop: (signal: NodeJS.Signals) => void, onRepeat: () => void): void {
  let firstMs: number | undefined
  const handle = (signal: NodeJS.Signals): void => {
    if (firstMs === undefined) {
      firstMs = performance.now()
      stop(signal)
    } else if (performance.now() - firstMs > SIGNAL_ECHO_MS) onRepeat()
  }
  process.on('SIGTERM', handle).on('SIGINT', handle)
}

/** @param withDemo - starts simulated backends, wired in a separate database beside the configured one. */
export async function serve(given: Config, withDemo: boolean): Promise<void> {
  const path = resolve(given.databasePath)
  const config: Config = withDemo
    ? { ...given, databasePath: join(dirname(path), 'demo.db'), allowAnonymous: true }
    : { ...given, databasePath: path }
  const logDestination = createLogDestination()
  const logger = createLogger({ level: config.logLevel, destination: logDestination })
  const store = await openStore({
    path: config.databasePath,
    onOriginalMigrated: (backupPath) =>
      logger.warn(
        { backup: backupPath },
        'database migrated; the backup holds client tokens in clear: delete it soon',
      ),
  })
  let demo: Demo | undefined
  try {
    const adminToken = await resolveAdminToken({
      configured: config.adminToken,
      databasePath: config.databasePath,
    })
    logAdminToken(adminToken, logger)
    if (withDemo) demo = await startDemo(store)
    const version = readVersion()
    const app = await buildApp({
      config,
      adminToken: adminToken.token,
      store,
      logger,
      logDestination,
      version,
    })
    const stop = async (): Promise<void> => {
      await app.close()
      await demo?.close()
      await store.close()
      logger.info('stopped')
      await logDestination.close()
    }
    let port: number
    try {
      port = (await app.listen()).port
    } catch (error) {
      await app.close()
      throw error
    }
    const { close } = closeWithGrace(
      { delay: config.drainTimeoutS * 1000 + GRACE_MS, logger, skip: ['SIGTERM', 'SIGINT'] },
      async ({ signal, err }) => {
        if (err) logger.fatal({ err }, 'stopping after an error')
        else if (signal) logger.info({ signal }, 'stopping')
        await stop()
      },
    )
    onStopSignal(
      (signal) => {
        logger.info({ signal }, 'stopping')
        void close()
      },
      () => process.exit(1),
    )
    const url = urlOf(config.host, port)
    logger.info({ url, version, database: config.databasePath }, 'listening')
    demo?.printIntroduction(url, adminToken.path)
  } catch (error) {
    await demo?.close()
    await store.close()
    await logDestination.close()
    throw error
  }
}
