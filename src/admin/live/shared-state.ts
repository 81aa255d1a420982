// Shares one rendering of the state, as an event, among all readers.
import type { Clock } from '../../core/clock.ts'
import type { RenderedState } from '../gateway/render-state.ts'

interface SharedStateOptions<Version> {
  readonly render: () => Promise<RenderedState>
  /** Another object for each configuration. */
  readonly readVersion: () => Version
  readonly clock: Clock
}

interface StateEvent<Version> {
  readonly version: Version
  /** They share the memory of the event. */
  readonly slices: readonly Buffer[]
}

export interface SharedState<Version> {
  /** @returns the event of the configuration in force, with figures that are a few seconds old at most. */
  read(): Promise<StateEvent<Version>>
  /** How long the last rendering took. */
  costMs(): number
}

// Live figures follow each state, so that its own may be older.
const MAX_AGE_MS = 2_000
const SLICE_BYTES = 65_536

/** Slices let a reader take an event bit by bit. */
function slice(event: Buffer): Buffer[] {
  const slices: Buffer[] = []
  for (let start = 0; start < event.length; start += SLICE_BYTES)
    slices.push(event.subarray(start, start + SLICE_BYTES))
  return slices
}

export function createSharedState<Version extends object>({
  render,
  readVersion,
  clock,
}: SharedStateOptions<Version>): SharedState<Version> {
  let shared: { version: Version; startMs: number; event: Promise<StateEvent<Version>> } | undefined
  let costMs = 0

  const renderEvent = async (version: Version, startMs: number): Promise<StateEvent<Version>> => {
    const { etag, body } = await render()
    costMs = clock() - startMs
    const event = Buffer.concat([Buffer.from(`event: state\nid: ${etag}\ndata: `), body, Buffer.from('\n\n')])
    return { version, slices: slice(event) }
  }

  return {
    read() {
      const version = readVersion()
      const startMs = clock()
      if (shared?.version !== version || startMs - shared.startMs > MAX_AGE_MS) {
        const event = renderEvent(version, startMs)
        const current = { version, startMs, event }
        shared = current
        event.catch(() => {
          if (shared === current) shared = undefined
        })
      }
      return shared.event
    },
    costMs: () => costMs,
  }
}
