// Shares one rendering of the state, as an event, among all readers.
import type { Clock } from '../../core/clock.ts'
import type { RenderedState } from '../gateway/render-state.ts'

interface SharedStateOptions {
  readonly render: () => Promise<RenderedState>
  /** Another object for each configuration. */
  readonly readVersion: () => object
  readonly clock: Clock
}

export interface SharedState {
  /** @returns the event in slices: that of the configuration in force, with figures that are a few seconds old at most. */
  read(): Promise<readonly Buffer[]>
  /** How long the last rendering took. */
  costMs(): number
}

// Live figures follow each state, so that its own may be older.
const MAX_AGE_MS = 2_000
const SLICE_BYTES = 65_536

/** Slices let a reader take an event bit by bit; they share the memory of the event. */
function slice(event: Buffer): Buffer[] {
  const slices: Buffer[] = []
  for (let start = 0; start < event.length; start += SLICE_BYTES)
    slices.push(event.subarray(start, start + SLICE_BYTES))
  return slices
}

export function createSharedState({ render, readVersion, clock }: SharedStateOptions): SharedState {
  let shared: { version: object; startMs: number; event: Promise<readonly Buffer[]> } | undefined
  let costMs = 0

  const renderEvent = async (startMs: number): Promise<readonly Buffer[]> => {
    const { etag, body } = await render()
    costMs = clock() - startMs
    return slice(Buffer.concat([Buffer.from(`event: state\nid: ${etag}\ndata: `), body, Buffer.from('\n\n')]))
  }

  return {
    read() {
      const version = readVersion()
      const startMs = clock()
      if (shared?.version !== version || startMs - shared.startMs > MAX_AGE_MS) {
        const event = renderEvent(startMs)
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
