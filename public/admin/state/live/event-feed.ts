/** Receives the server's events, reconnects with exponential backoff, and measures the age of the last event. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StateChange, StateView } from '../../../../src/contract/gateway.ts'
import type { LiveView } from '../../../../src/contract/traffic/live.ts'

interface Connection {
  readonly phase: 'connecting' | 'open' | 'broken'
  /** Time of the last event by `performance.now()`, in ms; undefined before the first event. */
  readonly lastEventMs: number | undefined
  /** Consecutive failed connections since the last event. */
  readonly attempts: number
}

export interface EventFeed {
  readonly connection: StoreApi<Connection>
  start(): void
  stop(): void
  /** Reconnects without waiting for the backoff. */
  retry(): void
  /** Age of the last event; undefined before the first event. */
  ageMs(): number | undefined
}

interface EventFeedOptions {
  readonly onState: (state: StateView) => void
  readonly onStateChange: (change: StateChange) => void
  readonly onLive: (live: LiveView) => void
  /** Figures that are as before are absent. */
  readonly onLiveChange: (live: LiveView) => void
  /** The stream broke. The session may have ended: an EventSource does not report the status. */
  readonly onBreak: () => void
  readonly random: () => number
}

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 15_000
/** Figures older than this are marked as stale. */
const STALE_AFTER_MS = 3_000
/** The server sends twice a second: a connection without an event for so long is treated as broken. */
const DEAD_AFTER_MS = 6_000

export const isStale = (ageMs: number | undefined): boolean => ageMs !== undefined && ageMs > STALE_AFTER_MS

/** Doubles with each attempt. Half of the delay is random, so that pages do not reconnect all at once. */
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
    source = new EventSource('/admin/api/events?changes=true')
    source.addEventListener('state', deliverTo(options.onState))
    source.addEventListener('state-change', deliverTo(options.onStateChange))
    source.addEventListener('live', deliverTo(options.onLive))
    source.addEventListener('live-change', deliverTo(options.onLiveChange))
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
