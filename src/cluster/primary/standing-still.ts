// Tells whether a worker's event loop stands still, by when the primary has heard of it last.

/** Times of the primary's clock. */
interface HeardWorker {
  readonly startMs: number
  /** That of the start before its first message. */
  readonly heardMs: number
}

/** A worker tells its figures four times a second, once it has started. */
const SILENCE_MS = 10_000
/** On a busy machine a start takes long: one that is ended during it would never serve. */
const START_MS = 60_000

export const standsStill = ({ startMs, heardMs }: HeardWorker, nowMs: number): boolean =>
  nowMs - heardMs > (heardMs === startMs ? START_MS : SILENCE_MS)
