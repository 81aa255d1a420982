// Compares what the clients saw with the log, the balancer's counters and what the backends served.
import type { StateView } from '../../src/contract/gateway.ts'
import type { Served } from '../../src/simulation/accounting.ts'
import type { Sent } from './chaos-clients.ts'
import type { Fleet } from './chaos-fleet.ts'

interface Line {
  readonly msg?: string
  readonly route?: string
  readonly request_id?: string
  readonly outcome?: string
  readonly status?: number
  readonly attempts?: number
  readonly error_code?: string
  readonly endpoints?: Readonly<Record<string, string>>
}

export interface Books {
  readLine(text: string): void
  clientSaw(sent: Sent): void
  /** To be called when nothing is in flight. @param resets - connections that were reset with a response on its way. */
  compare(fleet: Fleet, resets: number): Promise<void>
  /** Requests in the log so far. */
  lines(): number
  /** Requests by kind and by what came of them. */
  readonly outcomes: ReadonlyMap<string, number>
}

const FAILOVERS = 2
// A request that an endpoint has begun to work on is not sent to another one.
const mayNotRepeat = /in time|silent/

// A request whose connections have broken at two endpoints, or an equal one, is sent to no third.
const BREAKS = 'LB_ERR_REQUEST_BREAKS_ENDPOINTS'
const breaks = /reset the connection|closed the connection|refused the connection/

/** @returns what is wrong with a failure that a client saw who had sent a valid request. */
function judge({ endpoints = {}, attempts = 0, error_code }: Line): string | undefined {
  const reasons = Object.values(endpoints)
  if (error_code === BREAKS && reasons.some((reason) => breaks.test(reason))) return undefined
  if (attempts > FAILOVERS || reasons.some((reason) => mayNotRepeat.test(reason))) return undefined
  return reasons.includes('available') ? 'failed although another endpoint was available' : undefined
}

const isValid = ({ kind }: Sent): boolean => kind === 'patient' || kind === 'slow'

function describe({ status, end, isWhole, hasErrorEvent }: Sent): string {
  if (end !== 'clean') return status === 0 ? `${end} without a response` : end
  if (status !== 200) return `status ${status}`
  if (hasErrorEvent) return 'ended with an error event'
  return isWhole ? 'whole' : 'incomplete'
}

const isGeneration = (route: string): boolean => route !== 'other' && route !== '/v1/models'

const finishedBy = ({ routes }: Served): number =>
  Object.entries(routes).reduce(
    (sum, [route, { finished }]) => sum + (isGeneration(route) && route.startsWith('/v1/') ? finished : 0),
    0,
  )

export function createBooks(report: (finding: string) => void): Books {
  const outcomes = new Map<string, number>()
  const whole = new Map<string, number>()
  /** Until both sides of a request are known. */
  const logged = new Map<string, Line>()
  const seen = new Map<string, Sent>()
  let lines = 0
  let errors = 0
  let ended = 0

  const join = (sent: Sent, line: Line): void => {
    logged.delete(sent.requestId)
    seen.delete(sent.requestId)
    const wrong = isValid(sent) && line.outcome !== 'aborted' ? judge(line) : undefined
    if (wrong) report(`${sent.requestId} (${sent.kind}) ${wrong}: ${JSON.stringify(line)}`)
    if (sent.end === 'stuck')
      report(`${sent.requestId} never ended, and in the log it is ${JSON.stringify(line)}`)
  }

  const compareTotals = ({ stats, endpoints }: StateView): void => {
    const equal = (what: string, counted: number, expected: number): void => {
      if (counted !== expected) report(`${what}: ${counted}, not ${expected}`)
    }
    equal('requests served', stats.total_requests_served, lines)
    if (stats.total_errors > errors || stats.total_errors < errors - ended)
      report(`errors: ${stats.total_errors}, not ${errors - ended} to ${errors}`)
    equal('in flight', stats.total_inflight, 0)
    equal('queued', stats.queued, 0)
    for (const { name, inflight, total_requests, total_success, total_failures } of endpoints) {
      equal(`${name}: in flight`, inflight, 0)
      if (total_success + total_failures > total_requests) report(`${name}: more outcomes than requests`)
    }
  }

  return {
    outcomes,
    lines: () => lines,
    readLine(text) {
      const line = JSON.parse(text) as Line
      if (line.msg === 'internal error' || line.msg === 'worker ended') report(text)
      // An unknown path is in the log only.
      if (line.msg !== 'request' || line.request_id === undefined || line.route === '(none)') return
      lines += 1
      // What an operator ends is no error of the balancer.
      const reasons = Object.values(line.endpoints ?? {})
      if (reasons.some((reason) => reason.includes('operator'))) ended += 1
      if (line.outcome === 'failure' || (line.outcome === 'refused' && (line.status ?? 0) >= 500)) errors += 1
      if (logged.has(line.request_id)) report(`${line.request_id} is reported twice`)
      const sent = seen.get(line.request_id)
      if (sent) join(sent, line)
      else logged.set(line.request_id, line)
    },
    clientSaw(sent) {
      const outcome = `${sent.kind}: ${describe(sent)}`
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      if (sent.end === 'stuck') report(`never ended: ${JSON.stringify(sent)}`)
      // Not every server sends the last event of the Responses API.
      if (outcome.endsWith('incomplete') && isValid(sent) && !sent.path.endsWith('/responses'))
        report(`${sent.requestId} ended cleanly, but incomplete: ${JSON.stringify(sent)}`)
      if (sent.status === 200 && sent.isWhole && sent.end === 'clean')
        whole.set(sent.endpoint, (whole.get(sent.endpoint) ?? 0) + 1)
      const line = logged.get(sent.requestId)
      if (line) join(sent, line)
      else seen.set(sent.requestId, sent)
    },
    async compare({ state, backends }, resets) {
      compareTotals(await state())
      // A request for an unknown path, or one that its client left, may not be in the log of requests.
      for (const sent of seen.values())
        if (isValid(sent)) report(`${sent.requestId} is not in the log: ${JSON.stringify(sent)}`)
      for (const backend of backends) {
        const served = backend.served()
        if (served.running + served.waiting > 0) report(`${backend.name}: still works on requests`)
        const lost = finishedBy(served) - (whole.get(backend.name) ?? 0)
        // A reset may also hit the backend only, between the last byte of a response and its end there.
        if (Math.abs(lost) > resets)
          report(
            `${backend.name}: ${lost} responses finished, but not received, with ${resets} reset at most`,
          )
      }
    },
  }
}
