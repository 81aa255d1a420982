/** Sends a bridge command from a page, over the bridge of its own server. */
import type { Page } from 'playwright-core'
import {
  BRIDGE_PATH,
  BRIDGE_PROTOCOL,
  bridgeEvent,
  type BridgeCommand,
  type BridgeEvent,
} from '../../../src/contract/bridge.ts'

/** @returns the first event of the command. */
export async function callFromPage(page: Page, command: BridgeCommand): Promise<BridgeEvent> {
  const text = await page.evaluate(
    ([url, protocol, message]) =>
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(url, protocol)
        socket.onopen = () => socket.send(message)
        socket.onerror = () => reject(new Error('the socket failed'))
        socket.onmessage = ({ data }) => resolve(String(data))
      }),
    [`ws://${new URL(page.url()).host}${BRIDGE_PATH}`, BRIDGE_PROTOCOL, JSON.stringify(command)] as const,
  )
  return bridgeEvent.parse(JSON.parse(text))
}
