// Tests an endpoint, stored or not, for an operator: requests its model list. The test is in no counter.
import type { SetTimer } from '../../core/timer.ts'
import type { EndpointTestView } from '../../contract/endpoint-test.ts'
import type { Clock } from '../../core/clock.ts'
import type { EndpointConfig } from '../../core/state/configuration.ts'
import { roundTo } from '../../core/round-to.ts'
import { startUpstreamRequest, type Attempt } from '../../http/upstream-request.ts'
import { MAX_LIST_BYTES, readModelList } from '../models/read-model-list.ts'
import { ownHeaders } from '../upstream/own-headers.ts'
import { upstreamFault } from '../upstream/upstream-fault.ts'
import { createUpstreamPools, type Upstream, type UpstreamPools } from '../upstream/upstream-pools.ts'

type Target = Pick<EndpointConfig, 'baseUrl' | 'apiKey' | 'timeoutS' | 'verifyTls'>

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
const MAX_ID_CHARACTERS = 256

const failure = (status: number | null, error: string): TestResult => ({
  ok: false,
  status,
  models: [],
  error,
})

function readResult(status: number, body: Buffer): TestResult {
  if (status === 401 || status === 403) return failure(status, 'the endpoint does not accept the API key')
  if (status === LOOP_DETECTED) return failure(status, 'the endpoint leads back to this balancer')
  if (status !== 200) return failure(status, `the endpoint answered with status ${status}`)
  const models = readModelList(body)
  if (models === undefined)
    return failure(status, 'the endpoint answered with something else than a list of models')
  const ids = models.slice(0, MAX_MODELS).map(({ id }) => id.slice(0, MAX_ID_CHARACTERS))
  return { ok: true, status, models: ids, error: null }
}

function requestModels(upstream: Upstream, waitMs: number, setTimer: SetTimer): Promise<TestResult> {
  return new Promise((resolve) => {
    // An object, since `end` may be called before `startUpstreamRequest` has returned.
    const running: { attempt?: Attempt } = {}
    const chunks: Buffer[] = []
    let length = 0
    let receivedStatus = 0
    const end = (result: TestResult): void => {
      cancelDeadline()
      running.attempt?.abort()
      resolve(result)
    }
    const cancelDeadline = setTimer(
      () => end(failure(receivedStatus || null, 'the endpoint did not answer in time')),
      waitMs,
    )
    running.attempt = startUpstreamRequest(
      upstream,
      {
        method: 'GET',
        path: '/models',
        headers: ownHeaders(upstream, 'test'),
        body: null,
        // 0 is none: the timer above bounds both.
        headersTimeoutMs: 0,
        bodyTimeoutMs: 0,
      },
      {
        onResponse(_owner, status) {
          receivedStatus = status
          if (status !== 200) end(readResult(status, Buffer.alloc(0)))
        },
        onData(_owner, chunk) {
          length += chunk.length
          if (length > MAX_LIST_BYTES) end(failure(receivedStatus, 'the endpoint answered with too much'))
          else chunks.push(chunk)
        },
        onEnd: () => end(readResult(receivedStatus, Buffer.concat(chunks, length))),
        onError: (_owner, error) => end(failure(receivedStatus || null, upstreamFault(error).message)),
      },
      undefined,
    )
  })
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
    const timed = (result: TestResult): EndpointTestView => ({
      ...result,
      latency_ms: roundTo(clock() - startMs, 3),
    })
    const upstream = openUpstream(pools, target)
    if (upstream === undefined) return timed(failure(null, 'the base URL cannot be used'))
    try {
      return timed(await requestModels(upstream, Math.min(MAX_WAIT_MS, target.timeoutS * 1000), setTimer))
    } finally {
      await pools.destroy()
    }
  }
}
