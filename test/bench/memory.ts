// Verifies that the balancer stays within the memory of its container while many clients send or read large bodies slowly,
// or not at all, or send bodies that would be large in another form. The last line is `N passed, N failed`.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { inLanes } from '../support/in-lanes.ts'
import { built, shippedOptions, start } from './processes.ts'

const MIB = 1_048_576
/** Of the container that the compose file describes. */
const CONTAINER_MIB = 512
/** Its default there. */
const BODY_MEMORY_BYTES = (CONTAINER_MIB / 4) * MIB
const ADMIN_TOKEN = 'bench-admin-token-0123456789'
// The memory is at its peak once no byte has been sent or taken for so long: then every buffer in between is full.
const STILL_MS = 2_000
const MOST_MS = 180_000
const POLL_MS = 100
// Each waits for its stillness half of the time.
const LANES = 2
// More at once might not fit into the queue of connections that are to be accepted.
const CONNECTING = 250

interface Scenario {
  readonly name: string
  readonly clients: number
  readonly body: Buffer
  /** Bytes of the body that each client sends. */
  readonly sentBytes: number
  readonly responds: 'never' | 'with a stream' | 'with 4 MiB'
  /** What the balancer reports at the end at least, which shows that it was put to the test. */
  readonly reports: { readonly series: string; readonly atLeast: number }
}

/** A body of about so many bytes, which consist of the unit. */
function filled(bytes: number, before: string, unit: string, after: string): Buffer {
  const units = Math.floor((bytes - before.length - after.length) / unit.length)
  return Buffer.concat([Buffer.from(before), Buffer.alloc(units * unit.length, unit), Buffer.from(after)])
}

/** Clients whose bodies fill the memory that bodies may take. */
function sending(clients: number, name: string, body: Buffer, sentBytes = body.length): Scenario {
  const reports = { series: 'lb_request_body_bytes', atLeast: BODY_MEMORY_BYTES - body.length }
  return { name, clients, body, sentBytes, responds: 'never', reports }
}

/** Clients that read nothing of their response. */
function notReading(clients: number, name: string, responds: Scenario['responds']): Scenario {
  const body = Buffer.from(`{"model":"m","stream":${responds === 'with a stream'},"messages":[]}`)
  const reports = { series: 'lb_inflight_requests', atLeast: clients }
  return { name, clients, body, sentBytes: body.length, responds, reports }
}

const blank = (mib: number): Buffer => filled(mib * MIB, '{"model":"m","messages":[]}', ' ', '')
const brackets = filled(10 * MIB, '{"a":', '[', '')
const repeatedKey = filled(10 * MIB, '{"model":"m","messages":[]', ',"a":1', '}')
const emptyArrays = filled(10 * MIB, '{"model":"m","messages":[],"a":[[]', ',[]', ']}')
const scenarios: readonly Scenario[] = [
  notReading(2_000, 'clients that do not read their stream', 'with a stream'),
  notReading(500, 'clients that do not read their 4 MiB', 'with 4 MiB'),
  sending(1_000, 'waiting requests of 1 MiB', blank(1)),
  sending(200, 'waiting requests of 10 MiB', blank(10)),
  sending(600, 'bodies that stop half way', blank(2), MIB),
  sending(50, 'bodies of 10 MiB of one repeated key', repeatedKey),
  sending(50, 'bodies of 10 MiB of empty arrays', emptyArrays),
  {
    ...sending(50, 'bodies of 10 MiB of opening brackets', brackets),
    // As many as fit beside each other.
    reports: { series: 'lb_requests_total{status="4xx"}', atLeast: BODY_MEMORY_BYTES / brackets.length - 1 },
  },
]

const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x'.repeat(900) } }] })}\n\n`
const events = event.repeat(16)
const large = JSON.stringify({ choices: [{ index: 0, message: { content: 'x'.repeat(4 * MIB) } }] })

/** Told of the bytes that clients and upstream have handed to the system. */
type OnMoved = (bytes: number) => void

function sendStream(response: ServerResponse, onMoved: OnMoved): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const write = (): void => {
    do onMoved(events.length)
    while (response.write(events))
  }
  response.on('drain', write)
  write()
}

async function startUpstream({ responds }: Scenario, onMoved: OnMoved) {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    request.resume()
    if (responds === 'with a stream') sendStream(response, onMoved)
    else if (responds === 'with 4 MiB') response.setHeader('content-type', 'application/json').end(large)
  })
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Sends a request and reads nothing of its response. @returns the connection, once there is one. */
async function send(port: number, { body, sentBytes }: Scenario, onMoved: OnMoved): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  socket.pause()
  await once(socket, 'connect')
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`)
  socket.write(body.subarray(0, sentBytes), () => onMoved(sentBytes))
  return socket
}

/** Waits until nothing moves any more. */
async function untilStill(movedBytes: () => number): Promise<void> {
  let before = -1
  let stillMs = 0
  for (let waitedMs = 0; stillMs < STILL_MS; waitedMs += POLL_MS) {
    if (waitedMs >= MOST_MS) throw new Error('bytes still move')
    await delay(POLL_MS)
    stillMs = movedBytes() === before ? stillMs + POLL_MS : 0
    before = movedBytes()
  }
}

/** The most memory of the process so far; its entry is gone once it has ended. */
const peakMib = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024

async function startBalancer(folder: string, { responds }: Scenario, upstreamPort: number) {
  const daemon = await start(built('load-balancer.js'), [], /"url":"http:\/\/127\.0\.0\.1:(\d+)"/, {
    LB_HOST: '127.0.0.1',
    LB_PORT: '0',
    LB_DB_PATH: join(folder, `${upstreamPort}.db`),
    LB_ADMIN_TOKEN: ADMIN_TOKEN,
    LB_MAX_CONNECTIONS: '5000',
    // No client is cut meanwhile.
    LB_QUEUE_TIMEOUT_SECONDS: '600',
    LB_CLIENT_STALL_SECONDS: '600',
    LB_DRAIN_TIMEOUT_SECONDS: '0',
    LB_MAX_BODY_MEMORY_BYTES: String(BODY_MEMORY_BYTES),
    // Half of the memory, as Node.js chooses in such a container: by it V8 decides when to free buffers that are not used.
    NODE_OPTIONS: `${shippedOptions()} --max-old-space-size=${CONTAINER_MIB / 2}`,
  })
  const response = await fetch(`http://127.0.0.1:${daemon.port}/admin/api/endpoints`, {
    method: 'POST',
    headers: { 'x-admin-token': ADMIN_TOKEN },
    body: JSON.stringify({
      name: 'upstream',
      base_url: `http://127.0.0.1:${upstreamPort}/v1`,
      connected: true,
      timeout_seconds: 600,
      max_concurrent: responds === 'never' ? 1 : 0,
    }),
  })
  if (!response.ok) throw new Error(await response.text())
  return daemon
}

/** @returns the value of a series of GET /metrics. */
async function readSeries(port: number, series: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return Number(line?.slice(series.length) ?? NaN)
}

/** Waits until the balancer reports what shows that it is put to the test. @returns the last that it reported. */
async function untilReported(port: number, { series, atLeast }: Scenario['reports']): Promise<number> {
  for (const endMs = performance.now() + MOST_MS; ; await delay(POLL_MS)) {
    const reported = await readSeries(port, series)
    if (reported >= atLeast || performance.now() > endMs) return reported
  }
}

/** @returns whether the balancer stays within the container's memory, and was put to the test. */
async function passes(folder: string, scenario: Scenario): Promise<boolean> {
  let movedBytes = 0
  const onMoved: OnMoved = (bytes) => void (movedBytes += bytes)
  const upstream = await startUpstream(scenario, onMoved)
  const daemon = await startBalancer(folder, scenario, upstream.port)
  const sockets: Socket[] = []
  while (sockets.length < scenario.clients) {
    const length = Math.min(CONNECTING, scenario.clients - sockets.length)
    const next = Array.from({ length }, () => send(daemon.port, scenario, onMoved))
    sockets.push(...(await Promise.all(next)))
    while (scenario.responds !== 'never' && upstream.requests() < sockets.length) await delay(POLL_MS)
  }
  const { series, atLeast } = scenario.reports
  const reported = await untilReported(daemon.port, scenario.reports)
  await untilStill(() => movedBytes)
  const mib = peakMib(daemon.pid)
  for (const socket of sockets) socket.destroy()
  upstream.stop()
  await daemon.stop()
  const isPassed = mib <= CONTAINER_MIB && reported >= atLeast
  const figures = `${mib.toFixed(0)} MiB of ${CONTAINER_MIB}, ${series} ${reported}`
  console.log(
    `${scenario.clients} ${scenario.name}: ${figures}${isPassed ? '' : ` (at least ${atLeast}): failed`}`,
  )
  return isPassed
}

const folder = mkdtempSync(join(tmpdir(), 'memory-'))
try {
  const results = await inLanes(scenarios, LANES, (scenario) => passes(folder, scenario))
  const passed = results.filter(Boolean).length
  console.log(`\n${passed} passed, ${results.length - passed} failed`)
  if (passed < results.length) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}
