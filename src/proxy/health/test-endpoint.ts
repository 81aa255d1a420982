// Tests an endpoint, stored or not, for an operator: whether it can be reached, accepts the key and lists models. The test is
// in no counter.
import type { SetTimer } from '../../core/timer.ts'
import type { EndpointFinding, EndpointTestView } from '../../contract/endpoint-test.ts'
import type { Clock } from '../../core/clock.ts'
import type { EndpointConfig } from '../../core/state/configuration.ts'
import { roundTo } from '../../core/round-to.ts'
import { readModelList } from '../models/read-model-list.ts'
import { createUpstreamPools, type Upstream, type UpstreamPools } from '../upstream/upstream-pools.ts'
import { probeEndpoint, type Probe, type ProbeResponse } from './probe-endpoint.ts'

type Target = Pick<EndpointConfig, 'baseUrl' | 'apiKey' | 'authStyle' | 'timeoutS' | 'verifyTls'>

interface TesterOptions {
  readonly clock: Clock
  readonly setTimer: SetTimer
  readonly instanceId: string
}

/** The result without its latency. */
type TestResult = Omit<EndpointTestView, 'latency_ms'>

const MAX_WAIT_MS = 10_000
const LOOP_DETECTED = 508
const MAX_MODELS = 100

const MODELS: Probe = { path: '/models', body: null, purpose: 'test' }
/** No model and no messages: every engine refuses it after it has looked at the key, and generates nothing. */
const INVALID_CHAT: Probe = { path: '/chat/completions', body: '{}', purpose: 'test' }

const yes = (detail: string): EndpointFinding => ({ result: 'yes', detail })
const no = (detail: string): EndpointFinding => ({ result: 'no', detail })
const unknown = (detail: string): EndpointFinding => ({ result: 'unknown', detail })

const refusesKey = (status: number | null): boolean => status === 401 || status === 403
const NOT_ACCEPTED = 'the endpoint does not accept the API key'

function findReachable({ status, error }: ProbeResponse): EndpointFinding {
  if (status === LOOP_DETECTED) return no('the endpoint leads back to this balancer')
  return status === null ? no(error ?? 'the endpoint did not answer') : yes('the endpoint answers')
}

function findModels({ status, body, error }: ProbeResponse): {
  readonly models: readonly string[]
  readonly finding: EndpointFinding
} {
  const without = (finding: EndpointFinding) => ({ models: [], finding })
  if (status === null) return without(unknown('the endpoint was not reached'))
  if (refusesKey(status))
    return without(unknown('the endpoint shows its models to a key that it accepts only'))
  if (error !== null) return without(no(error))
  if (status !== 200) return without(no(`the endpoint answered with status ${status}`))
  const list = readModelList(body)
  if (list === undefined)
    return without(no('the endpoint answered with something else than a list of models'))
  const models = list.slice(0, MAX_MODELS).map(({ id }) => id)
  if (list.length === 0) return without(no('the list of models is empty'))
  return { models, finding: yes(list.length === 1 ? 'one model' : `${list.length} models`) }
}

// What engines answer to a request whose key is good and whose body is not; llama.cpp says 500 to any mistake.
const acceptingStatuses = new Set([200, 400, 413, 415, 422, 500])

/** @param chat - the response to the invalid chat completion; undefined where it was not sent. */
function findAuthorised(
  list: ProbeResponse,
  chat: ProbeResponse | undefined,
  hasKey: boolean,
): EndpointFinding {
  if (refusesKey(list.status) || refusesKey(chat?.status ?? null))
    return no(hasKey ? NOT_ACCEPTED : `${NOT_ACCEPTED}: it wants one, and none is set`)
  if (chat === undefined) return unknown('the endpoint was not reached')
  const accepted = hasKey ? 'the endpoint accepts the API key' : 'the endpoint wants no API key'
  if (chat.status !== null && acceptingStatuses.has(chat.status)) return yes(accepted)
  // An engine without chat, such as one for embeddings, has looked at the key all the same.
  if (chat.status === 404 && list.status === 200) return yes(accepted)
  return unknown(
    chat.status === null
      ? `a chat completion got no response: ${chat.error ?? 'it broke off'}`
      : `a chat completion got status ${chat.status}`,
  )
}

function resultOf(list: ProbeResponse, chat: ProbeResponse | undefined, hasKey: boolean): TestResult {
  const reachable = findReachable(list)
  const authorised = findAuthorised(list, chat, hasKey)
  const { models, finding: hasModels } = findModels(list)
  const ok = authorised.result !== 'no' && hasModels.result === 'yes'
  const worst = [reachable, authorised, hasModels].find(({ result }) => result === 'no')
  return {
    ok,
    reachable,
    authorised,
    has_models: hasModels,
    status: authorised.result === 'no' && chat !== undefined ? chat.status : list.status,
    models: [...models],
    error: ok ? null : (worst?.detail ?? hasModels.detail),
  }
}

/** @returns undefined where the base URL cannot be used; only an older database can hold such a URL. */
function openUpstream(pools: UpstreamPools, target: Target): Upstream | undefined {
  try {
    return pools.of({ ...target, id: 0 })
  } catch {
    return undefined
  }
}

/** @returns a function that waits 10 seconds at most, uses a connection of its own and does not throw. */
export function createEndpointTester({
  clock,
  setTimer,
  instanceId,
}: TesterOptions): (target: Target) => Promise<EndpointTestView> {
  return async (target) => {
    const startMs = clock()
    const pools = createUpstreamPools(instanceId)
    const hasKey = target.apiKey !== ''
    const upstream = openUpstream(pools, target)
    if (upstream === undefined) {
      const nothing = { status: null, body: Buffer.alloc(0), error: 'the base URL cannot be used' }
      return { ...resultOf(nothing, undefined, hasKey), latency_ms: 0 }
    }
    const waitMs = Math.min(MAX_WAIT_MS, target.timeoutS * 1000)
    const probe = (one: Probe): Promise<ProbeResponse> =>
      probeEndpoint(upstream, one, Math.max(1, waitMs - (clock() - startMs)), setTimer)
    try {
      const list = await probe(MODELS)
      const latencyMs = roundTo(clock() - startMs, 3)
      const isDecided = list.status === null || list.status === LOOP_DETECTED || refusesKey(list.status)
      const chat = isDecided ? undefined : await probe(INVALID_CHAT)
      return { ...resultOf(list, chat, hasKey), latency_ms: latencyMs }
    } finally {
      pools.destroy()
    }
  }
}
