// Writes what is counted and remembered in memory to the store, a moment later.
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import { createHistorySampler } from '../../core/history/history-sampler.ts'
import { FINE_STEP_S } from '../../core/history/history-sample.ts'
import type { ObjectPins } from '../../core/pins/object-pins.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { Store } from '../../store/store.ts'
import { createWriteBehind, type WriteBehind } from '../../store/write-behind.ts'

interface WriterContext {
  readonly store: Store
  readonly logger: Logger
  readonly state: GatewayState
  readonly objectPins: ObjectPins
}

export function createWriters({ store, logger, state, objectPins }: WriterContext): readonly WriteBehind[] {
  return [
    createWriteBehind({
      takeChanges() {
        const changes = state.ledger.takeDirty()
        return changes.endpoints.size + changes.tokens.size === 0 ? undefined : changes
      },
      write: store.writeCounters,
      putBack: state.ledger.putBack,
      onError: (err) => logger.error({ err }, 'writing counters failed'),
    }),
    createWriteBehind({
      takeChanges: objectPins.takeChanges,
      write: store.writeObjectPins,
      putBack: objectPins.putBack,
      onError: (err) => logger.error({ err }, 'writing the pins of objects failed'),
    }),
  ]
}

interface HistoryContext extends Pick<WriterContext, 'store' | 'logger' | 'state'> {
  readonly clock: Clock
  readonly waiting: () => ReadonlyMap<number, { readonly requests: number }>
}

/** Of all processes, since the state has the traffic of all. */
export function createHistoryWriter({ store, logger, ...context }: HistoryContext): WriteBehind {
  const sampler = createHistorySampler({ ...context, now: Date.now })
  return createWriteBehind({
    takeChanges: sampler.take,
    write: store.writeHistory,
    putBack: sampler.putBack,
    onError: (err) => logger.error({ err }, 'writing the history failed'),
    intervalMs: FINE_STEP_S * 1000,
  })
}
