/** What is wrong now, in the words of the strip over the canvas. */
import type { NodeRef, WireRef } from '../state/node-ref.ts'

export type TroubleAction =
  | 'retry'
  | 'set-aside'
  | 'disable-and-end'
  | 'end-cooldown'
  | 'remove-wire'
  | 'open'

/** Figures of an endpoint by which is told whether it has served anyone since its trouble. */
export interface Standing {
  /** What shows that the trouble has been mended, where it is no longer found. */
  readonly provenBy: 'response' | 'first byte' | 'health check'
  readonly failures: number
  /** Of the last minute. */
  readonly giveUps: number
  readonly successes: number
}

export interface Trouble {
  /** The same as long as the trouble lasts. */
  readonly id: string
  /** `bad`: requests are refused or get nothing. `warn`: others serve them, or they wait. */
  readonly severity: 'bad' | 'warn'
  /** Whose trouble it is, such as the name of an endpoint. */
  readonly subject: string
  /** Goes on after the subject. */
  readonly words: string
  /** Goes on after the subject once the trouble is no longer found; with a standing, where nothing has proven it mended. */
  readonly whenOver: string
  readonly standing?: Standing
  /** For how long it has lasted; undefined where the server does not tell. */
  readonly forMs: number | undefined
  /** The names of those whose requests it concerns. */
  readonly hits: readonly string[]
  /** What `open` opens, and the other actions act on. */
  readonly target: NodeRef | undefined
  /** What `remove-wire` removes. */
  readonly wire?: WireRef
  /** The first one is what is mostly done. */
  readonly actions: readonly TroubleAction[]
}

/** What is told of a trouble that is no longer found. */
export interface Ending {
  /** `warn`: whether it has been mended is not known. */
  readonly tone: 'ok' | 'warn' | 'info'
  /** Goes on after the subject. */
  readonly words: string
}
