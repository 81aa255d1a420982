// A worker whose primary is another process, which is killed or stands still.
import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { eventually } from '../../../support/apps/running-app.ts'
import { startWorker } from '../../../support/apps/running-relay.ts'
import { open, readResponse, responseOf, send, sendBytes } from '../../../support/clients/http-client.ts'
import { onEnd } from '../../../support/lifetime.ts'
import { temporaryFolder } from '../../../store/temporary-store.ts'

const LISTENER = new URL('../../../../src/app/http/relay/private-listener.ts', import.meta.url).href

/** Responds to /whole, begins the response to /begun, and leaves the others without one. */
const PRIMARY = `
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/whole') return response.end('ok')
  process.stdout.write('request ')
  if (request.url === '/begun') response.write('begun')
})
import(process.argv[1])
  .then(({ createPrivateListener }) => createPrivateListener(server))
  .then(({ socketPath }) => process.stdout.write(socketPath + ' '))`

/** Responds to all, and lets no more than one connection wait. */
const NARROW_PRIMARY = `
const path = process.env.TMPDIR + '/narrow.sock'
const server = require('node:http').createServer((_request, response) => response.end('ok'))
server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Fine\\r\\n\\r\\n'))
server.listen({ path, backlog: 1 }, () => process.stdout.write(path + ' '))`

const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: lines\r\n\r\n'

type Worker = Awaited<ReturnType<typeof startWorker>>

async function startPrimary(script = PRIMARY) {
  const child = spawn(process.execPath, ['-e', script, LISTENER], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporaryFolder() },
  })
  onEnd(() => child.kill('SIGKILL'))
  let told = ''
  child.stdout.on('data', (text: Buffer) => (told += text.toString()))
  /** Waits for that many words: the path of the socket, and one for each request without a whole response. */
  const words = async (count: number): Promise<string[]> => {
    await eventually(() => expect(told.match(/\S+ /g)).toHaveLength(count))
    return told.split(' ')
  }
  const [socketPath = ''] = await words(1)
  return { socketPath, words, kill: (signal: NodeJS.Signals) => child.kill(signal) }
}

it('sends a 502 for requests without a response, and cuts those that have begun, when the primary is killed', async () => {
  const primary = await startPrimary()
  const worker = await startWorker(primary.socketPath)
  expect((await send(`${worker.url}/whole`)).text).toBe('ok')
  const begun = await responseOf(open(`${worker.url}/begun`))
  const waiting = send(`${worker.url}/waiting`)
  await primary.words(3)
  primary.kill('SIGKILL')
  expect(await readResponse(begun)).toMatchObject({ text: 'begun', isComplete: false })
  expect((await waiting).status).toBe(502)
  expect((await send(`${worker.url}/whole`)).status).toBe(502)
  expect(worker.failures).toHaveLength(2)
})

it('loses none of a thousand requests that arrive while the primary stands still', async () => {
  const primary = await startPrimary()
  const worker = await startWorker(primary.socketPath)
  let arrived = 0
  worker.server.on('request', () => (arrived += 1))
  primary.kill('SIGSTOP')
  const responses = Promise.all(Array.from({ length: 1_000 }, () => send(`${worker.url}/whole`)))
  await eventually(() => expect(arrived).toBe(1_000))
  primary.kill('SIGCONT')
  expect((await responses).every(({ status }) => status === 200)).toBe(true)
  expect(worker.failures).toEqual([])
})

/** Hands the worker 20 requests of one kind, before the primary, which stands still, can accept their connections. */
async function sendWhileStopped(event: 'request' | 'upgrade', send: (worker: Worker) => Promise<number>) {
  const primary = await startPrimary(NARROW_PRIMARY)
  const worker = await startWorker(primary.socketPath)
  let arrived = 0
  worker.server.on(event, () => (arrived += 1))
  primary.kill('SIGSTOP')
  const statuses = Promise.all(Array.from({ length: 20 }, () => send(worker)))
  await eventually(() => expect(arrived).toBe(20))
  primary.kill('SIGCONT')
  return { statuses: await statuses, failures: worker.failures }
}

it.each([
  ['request', 200, async ({ url }: Worker) => (await send(`${url}/whole`)).status],
  ['upgrade', 101, async ({ port }: Worker) => (await sendBytes(port, UPGRADE)).status],
] as const)(
  'lets each %s wait whose connection the system refuses while the primary stands still',
  async (event, status, sendOne) => {
    const { statuses, failures } = await sendWhileStopped(event, sendOne)
    expect(statuses).toEqual(Array.from({ length: 20 }, () => status))
    expect(failures).toEqual([])
  },
)
