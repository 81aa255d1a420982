/** Follows the server's events, comes back after a break with growing patience, and knows how old its news is. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { LiveView } from '../../../../src/contract/live.ts'

interface Connection {
  readonly phase: 'connecting' | 'open' | 'broken'
  /** When the last event came, on performance.now()'s clock; undefined before the first. */
  readonly lastEventMs: number | undefined
  /** Breaks in a row since the last event. */
  readonly attempts: number
}

export interface EventFeed {
  readonly connection: StoreApi<Connection>
  start(): void
  stop(): void
  /** Connects anew at once, as for a person who does not want to wait. */
  retry(): void
  /** How old the last news is; undefined before the first. */
  ageMs(): number | undefined
}

interface EventFeedOptions {
  readonly onState: (state: StateView) => void
  readonly onLive: (live: LiveView) => void
  /** The stream broke: the session may have ended, which an event source cannot tell. */
  readonly onBreak: () => void
  readonly random: () => number
}

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 15_000
/** Older news than this is marked as stale. */
const STALE_AFTER_MS = 3_000
/** The server speaks twice a second: a connection that is silent for so long is dead, though nobody has said so. */
const DEAD_AFTER_MS = 6_000

export const isStale = (ageMs: number | undefined): boolean => ageMs !== undefined && ageMs > STALE_AFTER_MS

/** Doubles with each attempt; half of it is random, so that all pages do not come back at once. */
export function backoffMs(attempts: number, random: () => number): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempts)
  return full / 2 + (full / 2) * random()
}

export function createEventFeed(options: EventFeedOptions): EventFeed {
  const connection = createStore<Connection>(() => ({
    phase: 'connecting',
    lastEventMs: undefined,
    attempts: 0,
  }))
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let running = false

  const close = (): void => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  const restartSilenceTimer = (): void => {
    clearTimeout(timer)
    timer = setTimeout(fail, DEAD_AFTER_MS)
  }
  const recordEvent = (): void => {
    connection.setState({ phase: 'open', lastEventMs: performance.now(), attempts: 0 })
    restartSilenceTimer()
  }

  function fail(): void {
    close()
    if (!running) return
    const { attempts } = connection.getState()
    connection.setState({ phase: 'broken', attempts: attempts + 1 })
    timer = setTimeout(open, backoffMs(attempts, options.random))
    options.onBreak()
  }

  const deliverTo =
    <Data>(deliver: (data: Data) => void) =>
    ({ data }: MessageEvent<string>) => {
      recordEvent()
      deliver(JSON.parse(data) as Data)
    }

  function open(): void {
    close()
    restartSilenceTimer()
    source = new EventSource('/admin/api/events')
    source.addEventListener('state', deliverTo(options.onState))
    source.addEventListener('live', deliverTo(options.onLive))
    source.addEventListener('bye', fail)
    source.addEventListener('error', fail)
  }

  return {
    connection,
    start() {
      if (running) return
      running = true
      connection.setState({ phase: 'connecting', attempts: 0 })
      open()
    },
    stop() {
      running = false
      close()
    },
    retry() {
      if (running) open()
    },
    ageMs() {
      const { lastEventMs } = connection.getState()
      return lastEventMs === undefined ? undefined : performance.now() - lastEventMs
    },
  }
}
