// One run of the chaos: backends with every fault, clients of four kinds and an operator, all drawn from one seed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom, drawInteger, type Random } from '../../src/simulation/random.ts'
import { createBooks, type Books } from './chaos-books.ts'
import { clientKinds, createClients, type ClientKind, type Clients } from './chaos-clients.ts'
import { applyCondition, drawCondition, plain } from './chaos-conditions.ts'
import { startFleet, type Fleet } from './chaos-fleet.ts'
import { createOperator } from './chaos-operator.ts'
import { createWatch } from './chaos-watch.ts'
import { watchTurns } from './watch-turns.ts'

interface ChaosOptions {
  readonly seed: number
  /** Processes that serve clients. Default: this one, which does everything. */
  readonly workers?: number
  /** Whether to send more, given the number of requests so far. */
  readonly goesOn: (sent: number) => boolean
}

export interface ChaosResult {
  /** What is wrong, a line each. */
  readonly findings: readonly string[]
  readonly outcomes: ReadonlyMap<string, number>
  readonly sent: number
  /** Longest turn of the event loop that balancer, backends and clients share, in milliseconds of processor time. */
  readonly longestTurnMs: number
}

const WORKERS = 12
const REQUESTS_PER_CONDITION = 20
const REQUESTS_PER_ACTION = 25
const RECOVERY_REQUESTS = 12
const DRAIN_MS = 60_000
const POLL_MS = 25
// Far more than the product's 50 ms: the loop is shared, and its turns contain collections of garbage.
const MAX_TURN_MS = 500
const kindsOf: readonly ClientKind[] = ['patient', 'patient', 'patient', ...clientKinds]

async function drain({ state, backends }: Fleet): Promise<void> {
  for (const endMs = performance.now() + DRAIN_MS; performance.now() < endMs; await delay(POLL_MS)) {
    const { stats } = await state()
    const held = backends.map((backend) => backend.served()).map(({ running, waiting }) => running + waiting)
    if (stats.total_inflight + stats.queued + held.reduce((sum, one) => sum + one, 0) === 0) return
  }
}

/** Waits until the log has all requests: another process writes it with a delay. */
async function logged({ state }: Fleet, books: Books): Promise<void> {
  const { stats } = await state()
  for (const endMs = performance.now() + DRAIN_MS; performance.now() < endMs; await delay(POLL_MS))
    if (books.lines() >= stats.total_requests_served) return
}

/** Sends all requests, changes a condition or something of the configuration now and then. @returns how many it sent. */
async function makeTrouble(
  fleet: Fleet,
  clients: Clients,
  books: Books,
  random: Random,
  goesOn: (sent: number) => boolean,
  report: (finding: string) => void,
): Promise<{ sent: number; resets: number }> {
  const watch = createWatch(fleet, report)
  let sent = 0
  let resets = 0
  // A response may be sent completely and not yet read.
  const operator = createOperator(fleet, random, () => void (resets += WORKERS))
  const changeCondition = async (): Promise<void> => {
    const backend = fleet.backends[drawInteger(random, 0, fleet.backends.length - 1)]
    if (!backend) return
    const others = fleet.backends.filter((one) => one !== backend)
    await watch.check()
    const condition = drawCondition(random, !others.some(watch.serves))
    // The responses on their way may be lost with the connections, now or when it dies.
    if (condition.resets) resets += WORKERS * REQUESTS_PER_CONDITION
    if (!condition.isHealthy) watch.changed(backend, condition)
    await applyCondition(backend, condition)
    watch.changed(backend, condition)
  }
  // One change at a time, beside the traffic.
  let changes: Promise<void> = Promise.resolve()
  const change = (work: () => Promise<void>): void => {
    changes = changes.then(work).catch((error: unknown) => report(`a change failed: ${String(error)}`))
  }
  const work = async (): Promise<void> => {
    while (goesOn(sent)) {
      sent += 1
      if (sent % REQUESTS_PER_CONDITION === 0) change(changeCondition)
      if (sent % REQUESTS_PER_ACTION === 0) change(operator.act)
      const kind = kindsOf[drawInteger(random, 0, kindsOf.length - 1)] ?? 'patient'
      const token = fleet.tokens[clientKinds.indexOf(kind)] ?? ''
      books.clientSaw(await clients.send(kind, token, random))
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
  change(operator.restore)
  await changes
  return { sent, resets }
}

/** Once the faults are over and the breakers reset, everything is served again. */
async function recover(
  fleet: Fleet,
  clients: Clients,
  books: Books,
  random: Random,
  report: (finding: string) => void,
): Promise<void> {
  for (const backend of fleet.backends) {
    await applyCondition(backend, plain)
    await fleet.admin('POST', `/endpoints/${backend.id}/reset`)
  }
  await drain(fleet)
  for (const backend of fleet.backends) await fleet.admin('POST', `/endpoints/${backend.id}/reset`)
  const sent = await Promise.all(
    Array.from({ length: RECOVERY_REQUESTS }, () => clients.send('patient', fleet.tokens[0] ?? '', random)),
  )
  for (const one of sent) {
    books.clientSaw(one)
    if (one.status !== 200 || !one.isWhole) report(`not served after the faults: ${JSON.stringify(one)}`)
  }
  await drain(fleet)
}

export async function runChaos({ seed, workers = 1, goesOn }: ChaosOptions): Promise<ChaosResult> {
  const findings = new Set<string>()
  const report = (finding: string): void => void findings.add(finding)
  const folder = mkdtempSync(join(tmpdir(), 'lb-chaos-'))
  const books = createBooks(report)
  const tokenCount = clientKinds.length
  const fleet = await startFleet({ folder, seed, tokenCount, workers, onLine: books.readLine })
  const clients = createClients(fleet.url)
  const random = createRandom(seed)
  try {
    for (const backend of fleet.backends) await applyCondition(backend, plain)
    const longestTurn = watchTurns()
    const { sent, resets } = await makeTrouble(fleet, clients, books, random, goesOn, report)
    await recover(fleet, clients, books, random, report)
    const longestTurnMs = longestTurn()
    await logged(fleet, books)
    await books.compare(fleet, resets)
    if (longestTurnMs > MAX_TURN_MS)
      report(`a turn of the event loop took ${Math.round(longestTurnMs)} ms of processor time`)
    return { findings: [...findings], outcomes: books.outcomes, sent, longestTurnMs }
  } finally {
    clients.close()
    await fleet.close()
    rmSync(folder, { recursive: true })
  }
}
