// Measures the most memory that the balancer takes while many clients send or read large bodies slowly, or not at all.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { built, shippedOptions, start } from './processes.ts'

const MIB = 1_048_576
/** Of the container that the compose file describes. */
const CONTAINER_MIB = 512
const ADMIN_TOKEN = 'bench-admin-token-0123456789'
// The memory is at its peak once no byte has been sent or taken for so long: then every buffer in between is full.
const STILL_MS = 3_000
const MOST_MS = 180_000
const POLL_MS = 100

interface Scenario {
  readonly name: string
  readonly clients: number
  readonly bodyBytes: number
  /** Bytes of the body that are sent. */
  readonly sentBytes: number
  readonly responds: 'never' | 'with a stream' | 'with 4 MiB'
}

const small = { bodyBytes: 200, sentBytes: 200 }
const scenarios: readonly Scenario[] = [
  { name: 'waiting requests of 1 MiB', clients: 1_000, bodyBytes: MIB, sentBytes: MIB, responds: 'never' },
  {
    name: 'waiting requests of 10 MiB',
    clients: 200,
    bodyBytes: 10 * MIB,
    sentBytes: 10 * MIB,
    responds: 'never',
  },
  { name: 'bodies that stop half way', clients: 600, bodyBytes: 2 * MIB, sentBytes: MIB, responds: 'never' },
  { name: 'clients that do not read their stream', clients: 2_000, ...small, responds: 'with a stream' },
  { name: 'clients that do not read their 4 MiB', clients: 500, ...small, responds: 'with 4 MiB' },
]

const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x'.repeat(900) } }] })}\n\n`
const large = JSON.stringify({ choices: [{ index: 0, message: { content: 'x'.repeat(4 * MIB) } }] })

/** Bytes that clients and upstream have handed to the system so far. */
let movedBytes = 0

function sendStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const write = (): void => {
    do movedBytes += event.length
    while (response.write(event))
  }
  response.on('drain', write)
  write()
}

async function startUpstream({ responds }: Scenario) {
  const server = createServer((request, response) => {
    request.resume()
    if (responds === 'with a stream') sendStream(response)
    else if (responds === 'with 4 MiB') response.setHeader('content-type', 'application/json').end(large)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The bytes of the body that each client sends. */
function bodyOf({ bodyBytes, sentBytes, responds }: Scenario): Buffer {
  const json = JSON.stringify({ model: 'm', stream: responds === 'with a stream', messages: [] })
  const body = Buffer.alloc(bodyBytes, ' ')
  body.write(json)
  return body.subarray(0, sentBytes)
}

/** Sends a request and reads nothing of its response. */
function send(port: number, bodyBytes: number, body: Buffer): Socket {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  socket.pause()
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: ${bodyBytes}\r\n\r\n`)
  socket.write(body, () => void (movedBytes += body.length))
  return socket
}

/** Waits until nothing moves any more. */
async function untilStill(): Promise<void> {
  let before = -1
  let stillMs = 0
  for (let waitedMs = 0; stillMs < STILL_MS; waitedMs += POLL_MS) {
    if (waitedMs >= MOST_MS) throw new Error('bytes still move')
    await delay(POLL_MS)
    stillMs = movedBytes === before ? stillMs + POLL_MS : 0
    before = movedBytes
  }
}

const peakMib = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

async function measure(folder: string, scenario: Scenario, index: number): Promise<number> {
  const upstream = await startUpstream(scenario)
  const daemon = await start(built('load-balancer.js'), [], /"url":"http:\/\/127\.0\.0\.1:(\d+)"/, {
    LB_HOST: '127.0.0.1',
    LB_PORT: '0',
    LB_DB_PATH: join(folder, `${index}.db`),
    LB_ADMIN_TOKEN: ADMIN_TOKEN,
    LB_MAX_CONNECTIONS: '5000',
    // No client is cut meanwhile.
    LB_QUEUE_TIMEOUT_SECONDS: '600',
    LB_CLIENT_STALL_SECONDS: '600',
    LB_DRAIN_TIMEOUT_SECONDS: '0',
    LB_MAX_BODY_MEMORY_BYTES: String((CONTAINER_MIB * MIB) / 4),
    // Half of the memory, as Node.js chooses in such a container: by it V8 decides when to free buffers that are not used.
    NODE_OPTIONS: `${shippedOptions()} --max-old-space-size=${CONTAINER_MIB / 2}`,
  })
  const response = await fetch(`http://127.0.0.1:${daemon.port}/admin/api/endpoints`, {
    method: 'POST',
    headers: { 'x-admin-token': ADMIN_TOKEN },
    body: JSON.stringify({
      name: 'upstream',
      base_url: `http://127.0.0.1:${upstream.port}/v1`,
      connected: true,
      timeout_seconds: 600,
      max_concurrent: scenario.responds === 'never' ? 1 : 0,
    }),
  })
  if (!response.ok) throw new Error(await response.text())
  const body = bodyOf(scenario)
  const sockets = Array.from({ length: scenario.clients }, () => send(daemon.port, scenario.bodyBytes, body))
  await untilStill()
  const mib = peakMib(daemon.pid)
  for (const socket of sockets) socket.destroy()
  upstream.stop()
  await daemon.stop()
  return mib
}

const folder = mkdtempSync(join(tmpdir(), 'memory-'))
try {
  for (const [index, scenario] of scenarios.entries()) {
    const mib = await measure(folder, scenario, index)
    console.log(`${scenario.clients} ${scenario.name}: ${mib.toFixed(0)} MiB of ${CONTAINER_MIB}`)
    if (mib > CONTAINER_MIB) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}
