// Writes what is counted and remembered in memory to the store, a moment later.
import type { Logger } from 'pino'
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
