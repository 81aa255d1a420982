/** Tries an endpoint, stored or not, as an operator wants it tried: asks it for its models, and counts nowhere. */
import type { SetTimer } from '../../core/timer.ts'
import type { EndpointTestView } from '../../contract/endpoint-test.ts'
import type { Clock } from '../../core/clock.ts'
import type { EndpointConfig } from '../../core/state/configuration.ts'
import { roundTo } from '../../core/round-to.ts'
import { startUpstreamRequest, type Attempt } from '../../http/upstream-request.ts'
import { MAX_LIST_BYTES, readModelList } from '../models/read-model-list.ts'
import { upstreamFault } from '../upstream/upstream-fault.ts'
import { createUpstreamPools, type Upstream, type UpstreamPools } from '../upstream/upstream-pools.ts'

type Target = Pick<EndpointConfig, 'baseUrl' | 'apiKey' | 'timeoutS' | 'verifyTls'>

interface TesterOptions {
  readonly clock: Clock
  readonly setTimer: SetTimer
}

/** What came of it, but for how long it took. */
type TestResult = Omit<EndpointTestView, 'latency_ms'>

const MAX_WAIT_MS = 10_000
const MAX_MODELS = 100
const MAX_ID_CHARACTERS = 256

const failure = (status: number | null, error: string): TestResult => ({
  ok: false,
  status,
  models: [],
  error,
})

function judge(status: number, body: Buffer): TestResult {
  if (status === 401 || status === 403) return failure(status, 'the endpoint does not accept the API key')
  if (status !== 200) return failure(status, `the endpoint answered with status ${status}`)
  const models = readModelList(body)
  if (models === undefined)
    return failure(status, 'the endpoint answered with something else than a list of models')
  const ids = models.slice(0, MAX_MODELS).map(({ id }) => id.slice(0, MAX_ID_CHARACTERS))
  return { ok: true, status, models: ids, error: null }
}

function ask(upstream: Upstream, waitMs: number, setTimer: SetTimer): Promise<TestResult> {
  return new Promise((resolve) => {
    // Filled late: a request that cannot be sent at all fails before there is an attempt.
    const running: { attempt?: Attempt } = {}
    const chunks: Buffer[] = []
    let length = 0
    let answered = 0
    const end = (finding: TestResult): void => {
      cancelDeadline()
      running.attempt?.abort()
      resolve(finding)
    }
    const cancelDeadline = setTimer(
      () => end(failure(answered || null, 'the endpoint did not answer in time')),
      waitMs,
    )
    running.attempt = startUpstreamRequest(
      upstream,
      {
        method: 'GET',
        path: '/models',
        headers: [
          ...[
            'accept',
            'application/json',
            'accept-encoding',
            'identity',
            'user-agent',
            'llm-load-balancer test',
          ],
          ...(upstream.authorization === undefined ? [] : ['authorization', upstream.authorization]),
        ],
        body: null,
        // The deadline bounds both.
        headersTimeoutMs: 0,
        bodyTimeoutMs: 0,
      },
      {
        onResponse(_owner, status) {
          answered = status
          if (status !== 200) end(judge(status, Buffer.alloc(0)))
        },
        onData(_owner, chunk) {
          length += chunk.length
          if (length > MAX_LIST_BYTES) end(failure(answered, 'the endpoint answered with too much'))
          else chunks.push(chunk)
        },
        onEnd: () => end(judge(answered, Buffer.concat(chunks, length))),
        onError: (_owner, error) => end(failure(answered || null, upstreamFault(error).message)),
      },
      undefined,
    )
  })
}

/** @returns undefined where the base URL, of an older database, is such as nobody could enter today. */
function openUpstream(pools: UpstreamPools, target: Target): Upstream | undefined {
  try {
    return pools.of({ ...target, id: 0 })
  } catch {
    return undefined
  }
}

/** @returns a function that waits at most ten seconds, on a connection of its own, and never throws. */
export function createEndpointTester({
  clock,
  setTimer,
}: TesterOptions): (target: Target) => Promise<EndpointTestView> {
  return async (target) => {
    const startMs = clock()
    const pools = createUpstreamPools()
    const timed = (finding: TestResult): EndpointTestView => ({
      ...finding,
      latency_ms: roundTo(clock() - startMs, 3),
    })
    const upstream = openUpstream(pools, target)
    if (upstream === undefined) return timed(failure(null, 'the base URL cannot be used'))
    try {
      return timed(await ask(upstream, Math.min(MAX_WAIT_MS, target.timeoutS * 1000), setTimer))
    } finally {
      await pools.destroy()
    }
  }
}
