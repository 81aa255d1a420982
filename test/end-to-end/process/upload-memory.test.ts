// A large multipart form passes through the daemon in bounded memory.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { builtEntry, callAdmin, SLOW_MS, startDaemon, type Daemon } from '../../support/daemon-process.ts'
import { effort } from '../../support/effort.ts'

const MIB = 1_048_576
const BOUNDARY = 'boundary-of-the-test'
const BLOCK = Buffer.alloc(MIB, 'bytes of a file, again and again; ')
const HEAD =
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper\r\n` +
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n`
const END = `\r\n--${BOUNDARY}--\r\n`

/** A backend that answers with the hash of what it was sent. */
async function startHashing(): Promise<string> {
  const server = createServer((request, response) => {
    const hash = createHash('sha256')
    request.on('data', (chunk: Buffer) => void hash.update(chunk))
    request.once('end', () => response.end(JSON.stringify({ text: hash.digest('hex') })))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

/** @returns whether the form arrived byte for byte. */
async function upload({ port }: Daemon, mib: number): Promise<boolean> {
  const client = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/v1/audio/transcriptions',
    agent: false,
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  })
  const response = once(client, 'response')
  const hash = createHash('sha256')
  for (const piece of [HEAD, ...Array.from({ length: mib }, () => BLOCK), END]) {
    hash.update(piece)
    if (!client.write(piece)) await once(client, 'drain')
  }
  client.end()
  const [answer] = (await response) as [NodeJS.ReadableStream]
  return (await text(answer)) === JSON.stringify({ text: hash.digest('hex') })
}

/** The most memory that a process has had, in MiB. */
const peakMib = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

it(
  'passes a large form byte for byte with less than 20 MiB more memory than forms of 8 MiB',
  { timeout: SLOW_MS },
  async ({ skip }) => {
    if (!existsSync('/proc/self/status')) skip('the system does not tell the memory of a process in /proc')
    // With a small young generation, so that buffers which nothing holds any more count for little.
    const daemon = await startDaemon({
      command: [process.execPath, '--max-semi-space-size=1', builtEntry('load-balancer')],
    })
    await callAdmin(daemon, 'POST', '/endpoints', {
      body: { name: 'hashing', base_url: await startHashing(), connected: true },
    })
    // What a process takes once, whatever the size of its forms.
    for (let sent = 0; sent < 96; sent += 8) expect(await upload(daemon, 8)).toBe(true)
    const before = peakMib(daemon.pid)
    expect(await upload(daemon, effort(200, 64))).toBe(true)
    expect(peakMib(daemon.pid) - before).toBeLessThan(20)
  },
)
