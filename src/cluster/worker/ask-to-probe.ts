// After a cooldown of some requests, while others are served, all workers together send one probe: a request that may be it
// waits until the primary has said whether its worker may send it. A worker keeps the leave while such a request waits in its
// queue for room; meanwhile the requests of others wait too, as they would with one process.
import { isProbeDue, servesOthers } from '../../core/lease/breaker.ts'
import { covers } from '../../core/lease/scope.ts'
import type { Clock } from '../../core/clock.ts'
import type { Admission, QueueTicket, WaitListener } from '../../core/queue/admission.ts'
import { coolingFor, findWire, servedAs, wiresFor } from '../../core/routing/candidate-set.ts'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import type { EndpointRuntime, Trip } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { SetTimer } from '../../core/timer.ts'
import type { ProbeAnswer, WorkerMessage } from '../messages.ts'

interface AskOptions {
  readonly state: GatewayState
  readonly clock: Clock
  readonly setTimer: SetTimer
  readonly post: (message: WorkerMessage, isUrgent: boolean) => void
}

export interface ProbingAdmission {
  readonly admission: Admission
  /** The primary's answer. */
  answer(id: number, answer: ProbeAnswer): void
  /** Another worker has sent the probe that was awaited. */
  begun(endpointId: number): void
  /**
   * Asks for requests that wait in the queue, and gives back what none of them can use any more. To be called every 250 ms
   * or so, since no event marks the end of a cooldown.
   */
  recheck(): void
}

/** A request does not wait longer for a primary that is busy. */
const ANSWER_MS = 1_000

/** One without an answer. */
interface Question {
  readonly endpoints: readonly EndpointRuntime[]
  /** Admits what it has held up. */
  onAnswer(): void
}

const nothing = (): void => undefined
const NO_TICKET: QueueTicket = { cancel: nothing }
const NO_QUESTION: Question = { endpoints: [], onAnswer: nothing }

const concerns = ({ scope }: Trip, request: RoutingRequest): boolean =>
  servedAs(request).some((each) => covers(scope, each))

/** Whether a request waits that the endpoint's cooldown concerns. */
function probeWaits(admission: Admission, endpoint: EndpointRuntime): boolean {
  const { tripped } = endpoint
  return tripped !== null && admission.waitingFor(endpoint).some((request) => concerns(tripped, request))
}

function isWired(state: GatewayState, request: RoutingRequest, { config }: EndpointRuntime): boolean {
  return servedAs(request).some((each) => findWire(wiresFor(state, each), config.id) !== undefined)
}

/** Whether the endpoint may be probed, and this worker has no leave. */
const isDue = ({ tripped }: EndpointRuntime, nowMs: number): boolean =>
  servesOthers(tripped) && tripped.probesLeft === 0 && isProbeDue(tripped, nowMs)

/** The endpoints at which the request may be the probe, for which this worker has no leave. */
const dueFor = (state: GatewayState, request: RoutingRequest, nowMs: number): readonly EndpointRuntime[] =>
  coolingFor(state, request).filter((endpoint) => isDue(endpoint, nowMs) && isWired(state, request, endpoint))

function applyAnswer({ endpoints }: Question, { allowedIds, awaitedIds }: ProbeAnswer): void {
  for (const { tripped, config } of endpoints) {
    if (!servesOthers(tripped)) continue
    tripped.isProbeAwaited = awaitedIds.includes(config.id)
    if (allowedIds.includes(config.id)) tripped.probesLeft = 1
  }
}

function createQuestions(post: AskOptions['post']) {
  const asked = new Map<number, Question>()
  let last = 0
  return {
    /** @returns a function after which the answer admits nothing. */
    ask(endpoints: readonly EndpointRuntime[], onAnswer: () => void): () => void {
      const id = (last += 1)
      asked.set(id, { endpoints, onAnswer })
      post({ type: 'ask to probe', id, endpointIds: endpoints.map(({ config }) => config.id) }, true)
      return () => void (asked.has(id) && asked.set(id, { endpoints, onAnswer: nothing }))
    },
    take(id: number): Question {
      const question = asked.get(id) ?? NO_QUESTION
      asked.delete(id)
      return question
    },
  }
}

/** @param admission - whose leases are reported as they are taken. */
export function askToProbe(
  { state, clock, setTimer, post }: AskOptions,
  admission: Admission,
): ProbingAdmission {
  const questions = createQuestions(post)

  /** Gives back the leave that is neither used nor waited for. */
  const giveBackUnused = (endpoints: readonly EndpointRuntime[]): void => {
    const unused = endpoints.filter((endpoint) => {
      const { tripped } = endpoint
      if (!servesOthers(tripped)) return true
      if (tripped.probesLeft === 0 || probeWaits(admission, endpoint)) return false
      tripped.probesLeft = 0
      return true
    })
    const endpointIds = unused.map(({ config }) => config.id)
    if (endpointIds.length > 0) post({ type: 'no probe', endpointIds }, true)
  }

  const admitLater = (
    request: RoutingRequest,
    endpoints: readonly EndpointRuntime[],
    listener: WaitListener,
  ): QueueTicket => {
    let ticket: QueueTicket
    const admitOnce = (): void => {
      ticket.cancel()
      ticket = NO_TICKET
      const result = admission.admit(request, [], listener)
      if ('lease' in result) listener.onLease(result.lease)
      else if ('refusal' in result) listener.onRefusal(result.refusal)
      else ticket = result.waiting
    }
    // Then it is none, and the answer is for those that wait by then.
    const cancelTimer = setTimer(admitOnce, ANSWER_MS)
    const dropQuestion = questions.ask(endpoints, admitOnce)
    ticket = {
      cancel() {
        cancelTimer()
        dropQuestion()
      },
    }
    return { cancel: () => ticket.cancel() }
  }

  return {
    admission: {
      ...admission,
      admit(request, tried, listener) {
        // One that has failed elsewhere does not wait for it: its response is better than a wait in vain.
        if (listener === undefined || tried.length > 0) return admission.admit(request, tried, listener)
        const due = dueFor(state, request, clock())
        return due.length === 0
          ? admission.admit(request, tried, listener)
          : { waiting: admitLater(request, due, listener) }
      },
    },
    answer(id, answer) {
      const question = questions.take(id)
      applyAnswer(question, answer)
      const allowed = answer.allowedIds.map((each) => state.endpoint(each))
      // Those that have waited longer come first.
      for (const endpoint of allowed) admission.serveRoom(endpoint)
      question.onAnswer()
      giveBackUnused(allowed)
    },
    begun(endpointId) {
      const { tripped } = state.endpoint(endpointId)
      if (tripped === null) return
      tripped.isProbeAwaited = false
      admission.serveWaiting()
    },
    recheck() {
      const cooling = [...state.scopedTrips].filter(({ tripped }) => servesOthers(tripped))
      giveBackUnused(cooling.filter(({ tripped }) => tripped?.probesLeft === 1))
      const due = cooling.filter((endpoint) => isDue(endpoint, clock()) && probeWaits(admission, endpoint))
      if (due.length > 0) questions.ask(due, nothing)
    },
  }
}
