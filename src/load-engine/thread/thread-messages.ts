/** What an engine's thread and the thread that started it tell each other. */
import type { BridgeErrorCode } from '../../contract/bridge.ts'
import type { Command } from '../protocol/messages.ts'
import type { TransportFigures } from '../transport/http-transport.ts'
import type { Target } from '../transport/target.ts'

export interface ThreadData {
  readonly maxConcurrent: number
  readonly timeoutMs: number
  /** @see EngineParts.maxCards */
  readonly maxCards?: number
}

export type ToThread =
  | { readonly type: 'hold'; readonly isHeld: boolean }
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'target'; readonly id: number; readonly target: Target }
  | {
      readonly type: 'refused'
      readonly id: number
      readonly code: BridgeErrorCode
      readonly message: string
    }

export type FromThread =
  /** @see Report, as JSON: who passes it on need not read it. */
  | { readonly type: 'report'; readonly json: string }
  /** Asks where calls to a URL go. */
  | { readonly type: 'resolve'; readonly id: number; readonly url: string }
  /** Follows each report and each command. */
  | {
      readonly type: 'state'
      readonly figures: TransportFigures
      /** How many commands the engine has been given. */
      readonly handled: number
      readonly isIdle: boolean
    }
