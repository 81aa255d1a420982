import { expect, it } from 'vitest'
import { buildParts } from '../../src/app/parts/build-parts.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { temporaryStore } from '../store/temporary-store.ts'
import { onEnd } from '../support/lifetime.ts'

const DAY_MS = 86_400_000

const silent = {
  write: () => undefined,
  writeBytes: () => undefined,
  flush: () => Promise.resolve(),
  flushSync: () => undefined,
  close: () => Promise.resolve(),
}

it('it is remembered for LB_OBJECT_PIN_DAYS which endpoint keeps an object', async () => {
  const parts = await buildParts({
    config: readConfig({ LB_OBJECT_PIN_DAYS: '2', LB_MODELS_REFRESH_SECONDS: '0' }),
    adminToken: 'admin',
    store: await temporaryStore(),
    logger: createLogger({ level: 'silent', destination: silent }),
    logDestination: silent,
    version: 'test',
    processMetrics: false,
  })
  onEnd(() => parts.pools.destroy())
  const before = Date.now()
  parts.objectPins.add({ blockId: 1, objectId: 'resp_1' }, 1)
  const [pin] = parts.objectPins.all()
  expect(pin?.expiresAtMs).toBeGreaterThanOrEqual(before + 2 * DAY_MS)
  expect(pin?.expiresAtMs).toBeLessThanOrEqual(Date.now() + 2 * DAY_MS)
})
