/** What the page and its worker say beside the commands and reports of the engine. */
import type { Command, Report } from '../../../src/load-engine/protocol/messages.ts'
import type { BridgeStatus } from './bridge/bridge-status.ts'

export type PageCommand =
  | Command
  /** Connects or reconnects to the bridge; requests in flight fail as `network`. */
  | { readonly type: 'connect'; readonly url: string; readonly token: string }

export type PageReport = Report | { readonly type: 'bridge'; readonly bridge: BridgeStatus }
