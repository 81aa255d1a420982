// How evenly a few kept-alive connections are spread over worker processes: by Node's round robin, and by the kernel with reusePort.
// Prints the connections of the worker with fewest and with most, of bare servers: node test/bench/workers/spread.ts [workers]
import cluster from 'node:cluster'
import { once } from 'node:events'
import { Agent, createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Way = 'round robin' | 'reusePort'

const CONNECTIONS_EACH = 8
const ROUNDS = 20
const ways: readonly Way[] = ['round robin', 'reusePort']

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function serve(): void {
  const server = createServer((_request, response) => response.end(String(process.pid)))
  // The cluster module shares no listener that is exclusive.
  const options = process.env['SPREAD_REUSE_PORT'] === 'true' ? { reusePort: true, exclusive: true } : {}
  server.listen({ port: Number(process.env['SPREAD_PORT']), host: '127.0.0.1', ...options }, () =>
    process.send?.('listening'),
  )
}

/** Opens all connections, one after the other or at once. @returns the number of each worker. */
async function spreadOf(port: number, connections: number, workers: number, atOnce: boolean) {
  const agents = Array.from({ length: connections }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
  const ask = async (agent: Agent): Promise<string> => {
    const [response] = (await once(get({ port, host: '127.0.0.1', agent }), 'response')) as [IncomingMessage]
    return text(response)
  }
  const pids: string[] = []
  if (atOnce) pids.push(...(await Promise.all(agents.map(ask))))
  else for (const agent of agents) pids.push(await ask(agent))
  for (const agent of agents) agent.destroy()
  const counts = [...new Set(pids)].map((pid) => pids.filter((each) => each === pid).length)
  return [...counts, ...Array.from({ length: workers - counts.length }, () => 0)]
}

async function measure(way: Way, port: number, workers: number): Promise<void> {
  const environment = { SPREAD_PORT: String(port), SPREAD_REUSE_PORT: String(way === 'reusePort') }
  const started = Array.from({ length: workers }, () => cluster.fork(environment))
  await Promise.all(started.map((worker) => once(worker, 'message')))
  for (const atOnce of [false, true]) {
    const rounds = []
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push(await spreadOf(port, CONNECTIONS_EACH * workers, workers, atOnce))
    const [least, most] = [Math.min(...rounds.flat()), Math.max(...rounds.flat())]
    const even = rounds.filter((counts) =>
      counts.every((count) => Math.abs(count - CONNECTIONS_EACH) <= 0.2 * CONNECTIONS_EACH),
    )
    const opened = atOnce ? 'at once' : 'one after the other'
    process.stdout.write(
      `${way}, opened ${opened}: ${least} to ${most} of ${CONNECTIONS_EACH}; within 20 % in ${even.length} of ${ROUNDS} rounds\n`,
    )
  }
  const exits = started.map((worker) => once(worker, 'exit'))
  for (const worker of started) worker.kill()
  await Promise.all(exits)
}

if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.SCHED_RR
  const workers = Number(process.argv[2] ?? 2)
  for (const way of ways) await measure(way, await freePort(), workers)
} else serve()
