// A worker whose primary process is killed.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { eventually } from '../../../support/apps/running-app.ts'
import { startWorker } from '../../../support/apps/running-relay.ts'
import { open, readResponse, responseOf, send } from '../../../support/clients/http-client.ts'
import { onEnd } from '../../../support/lifetime.ts'
import { temporaryFolder } from '../../../store/temporary-store.ts'

/** Responds to /whole, begins the response to /begun, and leaves the others without one. */
const PRIMARY = `
require('node:http').createServer((request, response) => {
  if (request.url === '/whole') return response.end('ok')
  process.stdout.write('request ')
  if (request.url === '/begun') response.write('begun')
}).listen(process.argv[1], () => process.stdout.write('listening '))`

async function startPrimary(socketPath: string) {
  const child = spawn(process.execPath, ['-e', PRIMARY, socketPath], { stdio: ['ignore', 'pipe', 'inherit'] })
  onEnd(() => child.kill('SIGKILL'))
  let told = ''
  child.stdout.on('data', (text: Buffer) => (told += text.toString()))
  const tells = (words: string) => eventually(() => expect(told).toBe(words))
  await tells('listening ')
  return { tells, kill: () => child.kill('SIGKILL') }
}

it('sends a 502 for requests without a response, and cuts those that have begun', async () => {
  const socketPath = join(temporaryFolder(), 'primary.sock')
  const primary = await startPrimary(socketPath)
  const worker = await startWorker(socketPath)
  expect((await send(`${worker.url}/whole`)).text).toBe('ok')
  const begun = await responseOf(open(`${worker.url}/begun`))
  const waiting = send(`${worker.url}/waiting`)
  await primary.tells('listening request request ')
  primary.kill()
  expect(await readResponse(begun)).toMatchObject({ text: 'begun', isComplete: false })
  expect((await waiting).status).toBe(502)
  expect((await send(`${worker.url}/whole`)).status).toBe(502)
  expect(worker.failures).toHaveLength(2)
})
