/** A page below a public host name, which the bridge refuses, shows how to allow it. */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createServer, request } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { it, onTestFinished } from 'vitest'
import { startBridge } from '../../support/apps/running-bridge.ts'
import { openPage } from '../support/open-page.ts'

const HOST = 'producer.example'

const pages = new URL('../../../dist/public/load-producer/', import.meta.url)
const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
}

/** Serves the page and the bridge at one origin, as nginx does. @returns its URL at the public host. */
async function serveTogether(bridgePort: number): Promise<string> {
  const server = createServer((incoming, response) => {
    const { method, headers } = incoming
    const path = incoming.url === '/' ? '/index.html' : (incoming.url ?? '')
    if (path !== '/ws') {
      const file = createReadStream(new URL(`.${path}`, pages)).on('error', () => response.destroy())
      response.setHeader('content-type', types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream')
      return void file.pipe(response)
    }
    const outgoing = request({ host: '127.0.0.1', port: bridgePort, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => response.destroy())
    incoming.pipe(outgoing)
  })
  server.on('upgrade', ({ method, url, rawHeaders }, socket, head) => {
    const bridge = connect(bridgePort, '127.0.0.1')
    const fields = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('')
    bridge.write(`${method} ${url} HTTP/1.1\r\n${fields}\r\n`)
    bridge.write(head)
    socket.pipe(bridge).pipe(socket)
    for (const end of [socket, bridge]) end.on('error', () => socket.destroy())
    onTestFinished(() => void bridge.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://${HOST}:${(server.address() as AddressInfo).port}`
}

it('names the settings that let it connect, and connects once the host is named', async () => {
  const open = async (environment: Readonly<Record<string, string>>) => {
    const { url } = await startBridge({ environment })
    const origin = await serveTogether(Number(new URL(url).port))
    return openPage(`${origin}/`, { expectedErrors: /WebSocket|status of 403/ })
  }
  const refused = await open({})
  await refused.getByRole('button', { name: /^Bridge retry in / }).click()
  const dialog = refused.getByRole('dialog')
  // Both at once: the page asks again and again.
  const named = dialog.filter({ hasText: `the bridge does not know the public host name ${HOST}` })
  await named.getByText(/name it in WS_PUBLIC_HOSTS, or set WS_TOKEN/).waitFor()

  const allowed = await open({ WS_PUBLIC_HOSTS: HOST })
  await allowed.getByRole('button', { name: /^Bridge (connected|[\d.]+\sms)/ }).waitFor()
})
