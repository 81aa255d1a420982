// The floor that the balancer is measured against: the least that node:http and undici take to be a proxy, which passes
// on a request with its headers and the response with its own, at the client's pace, and stops when the client leaves.
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import { Pool, type Dispatcher } from 'undici'

const upstream = new URL(process.argv[2] ?? '')
// As a balancer has them, one for each of so many endpoints; they take turns.
const pools = Array.from(
  { length: Number(process.argv[3] ?? 1) },
  () => new Pool(upstream.origin, { connections: null, pipelining: 1, allowH2: false }),
)
/** With more than one, so many processes of node:cluster serve the port, as the balancer's workers do. */
const workers = Number(process.argv[4] ?? 1)
let turn = 0

// What belongs to one connection alone.
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'host',
  'content-length',
  'expect',
])

function requestHeaders(rawHeaders: readonly string[]): string[] {
  const headers: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (!hopByHop.has(name.toLowerCase())) headers.push(name, rawHeaders[index + 1] ?? '')
  }
  return headers
}

function responseHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): string[] {
  const passed: string[] = []
  for (const name in headers) {
    if (name === 'connection' || name === 'keep-alive' || name === 'transfer-encoding') continue
    passed.push(name, String(headers[name]))
  }
  return passed
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  let upstreamController: Dispatcher.DispatchController | undefined
  response.on('close', () => {
    if (!response.writableFinished) upstreamController?.abort(new Error('the client left'))
  })
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const pool = pools[(turn += 1) % pools.length]
    pool?.dispatch(
      {
        method: 'POST',
        path: request.url ?? '/',
        headers: requestHeaders(request.rawHeaders),
        body: Buffer.concat(chunks),
      },
      {
        onRequestStart: (controller) => void (upstreamController = controller),
        onResponseStart: (_controller, status, headers) =>
          void response.writeHead(status, responseHeaders(headers)),
        onResponseData(controller, chunk) {
          if (response.write(chunk)) return
          controller.pause()
          response.once('drain', () => controller.resume())
        },
        onResponseEnd: () => void response.end(),
        onResponseError: () => void response.destroy(),
      },
    )
  })
})

const announce = (port: number): void => void process.stdout.write(`listening ${port}\n`)

function serve(): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    // Of several, the process that started them announces the port.
    if (cluster.isPrimary && typeof address === 'object' && address) announce(address.port)
  })
}

function startWorkers(): void {
  let listening = 0
  cluster.on('listening', (_worker, { port }) => {
    if ((listening += 1) === workers) announce(port)
  })
  for (let worker = 0; worker < workers; worker += 1) cluster.fork()
}

if (cluster.isPrimary && workers > 1) startWorkers()
else serve()
process.once('SIGTERM', () => process.exit(0))
