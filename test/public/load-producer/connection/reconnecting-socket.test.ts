import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { explainRefusal } from '../../../../public/load-producer/connection/explain-refusal.ts'
import {
  createReconnectingSocket,
  type Socket,
} from '../../../../public/load-producer/connection/reconnecting-socket.ts'
import { systemTimer } from '../../../../src/load-engine/platform/engine-timer.ts'
import { eventually } from '../../../support/apps/running-app.ts'
import { startBridge } from '../../../support/apps/running-bridge.ts'

const HOST = 'producer.example'

/** @returns the URL of a connection to the bridge on which requests name a public host. */
async function underPublicHost(bridgeUrl: string): Promise<string> {
  const server = createServer((page) => {
    const bridge = connect(Number(new URL(bridgeUrl).port), '127.0.0.1')
    page.once('data', (head) => {
      bridge.write(head.toString('latin1').replace(/^host: .*$/im, `Host: ${HOST}`), 'latin1')
      page.pipe(bridge).pipe(page)
    })
    for (const socket of [page, bridge]) socket.on('error', () => page.destroy())
    onTestFinished(() => void bridge.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`
}

it('shows the reason that the bridge gives for a refusal, with the settings that allow the page', async () => {
  const statuses: string[] = []
  const socket = createReconnectingSocket({
    openSocket: (url, protocols) =>
      new WebSocket(url, protocols, { origin: `http://${HOST}` }) as unknown as Socket,
    explainRefusal,
    timer: systemTimer,
    random: () => 0,
    onStatus: ({ state, reason }) => void statuses.push(`${state} ${reason}`),
    onMessage: () => undefined,
    onDisconnect: () => undefined,
  })
  onTestFinished(() => socket.close(''))
  socket.connect(await underPublicHost((await startBridge()).url), '')
  await eventually(() => expect(statuses.join()).toContain('WS_PUBLIC_HOSTS, or set WS_TOKEN'))
  expect(statuses.join()).toContain(`closed Refused: the bridge does not know the public host name ${HOST}`)

  const { url } = await startBridge({ environment: { WS_PUBLIC_HOSTS: HOST } })
  socket.connect(await underPublicHost(url), '')
  await eventually(() => expect(socket.status().state).toBe('open'))
})
