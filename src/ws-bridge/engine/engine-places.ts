// Bounds how many load engines run at once, and sums up what all of them have called.
import type { BridgeErrorCode } from '../../contract/bridge.ts'
import { NO_FIGURES, type TransportFigures } from '../../load-engine/transport/http-transport.ts'

type Read = () => TransportFigures

export interface EnginePlaces {
  /** @returns a function that leaves the place, idempotent; undefined where none is free. */
  enter(read: Read): (() => void) | undefined
  /** Of all engines so far. */
  figures(): TransportFigures
}

function add(sum: TransportFigures, more: TransportFigures): TransportFigures {
  const errors: Partial<Record<BridgeErrorCode, number>> = { ...sum.errors }
  for (const [code, count] of Object.entries(more.errors) as [BridgeErrorCode, number][])
    errors[code] = (errors[code] ?? 0) + count
  return {
    calls: sum.calls + more.calls,
    running: sum.running + more.running,
    waiting: sum.waiting + more.waiting,
    errors,
  }
}

export function createEnginePlaces(maxEngines: number): EnginePlaces {
  const open = new Set<Read>()
  let past = NO_FIGURES
  return {
    enter(read) {
      if (open.size >= maxEngines) return undefined
      open.add(read)
      return () => {
        if (open.delete(read)) past = add(past, { ...read(), running: 0, waiting: 0 })
      }
    },
    figures: () => [...open].reduce((sum, read) => add(sum, read()), past),
  }
}
