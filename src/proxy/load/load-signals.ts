// Keeps what each backend tells of its own load: asked at intervals, and read from the headers of its responses.
import { isSameSource } from '../../core/models/list-reads.ts'
import type { LoadReport } from '../../core/placement/load-report.ts'
import type { EndpointConfig, Snapshot } from '../../core/state/configuration.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'
import { startLoadPoll, type LoadPoll, type LoadPollOptions } from './load-poll.ts'
import { LOAD_HEADER, readLoadHeader } from './read-load-header.ts'

export interface LoadSignals {
  /** Starts and stops asking as configured. */
  sync(snapshot: Snapshot): void
  stop(): void
  /** Whether the endpoint is to be asked to tell its load in the headers of its responses, as vLLM does. */
  asksHeader(endpoint: EndpointRuntime): boolean
  /** Takes the load that the headers of a response tell, if they do. */
  receiveHeaders(endpoint: EndpointRuntime, headers: ResponseHeaders): void
}

interface LoadSignalsOptions extends Omit<LoadPollOptions, 'intervalMs'> {
  readonly state: GatewayState
  /** Time between two reports of an endpoint, unless there are very many. 0 asks for nothing. */
  readonly intervalMs: number
}

/** Over all endpoints: each report costs time that requests need. */
const MAX_PER_SECOND = 200

interface Source {
  readonly config: EndpointConfig
  readonly poll: LoadPoll
}

const isSame = (a: EndpointConfig, b: EndpointConfig): boolean =>
  isSameSource(a, b) && a.loadSource === b.loadSource

/** @returns what the header adds to the last report; undefined where it tells too little for one of its own. */
function withHeader(endpoint: EndpointRuntime, header: string, nowMs: number): LoadReport | undefined {
  const told = readLoadHeader(header)
  const known = endpoint.load
  const waiting = told?.waiting ?? known?.waiting
  if (told === undefined || waiting === undefined) return undefined
  return {
    // What it processes for other clients is not known without a report.
    running: told.running ?? known?.running ?? Math.max(0, endpoint.inflight - waiting),
    waiting,
    cacheUse: told.cacheUse ?? known?.cacheUse,
    cacheTokens: known?.cacheTokens,
    hitRate: known?.hitRate,
    atMs: nowMs,
  }
}

export function createLoadSignals(options: LoadSignalsOptions): LoadSignals {
  const { state, clock, intervalMs } = options
  const sources = new Map<number, Source>()
  const pollOptions = {
    ...options,
    intervalMs: () => Math.max(intervalMs, (sources.size / MAX_PER_SECOND) * 1000),
  }
  let synced: readonly EndpointConfig[] | undefined

  const follow = (config: EndpointConfig): void => {
    const { id, enabled, loadSource } = config
    const source = sources.get(id)
    if (source && enabled && isSame(source.config, config)) return
    source?.poll.stop()
    sources.delete(id)
    if (enabled && loadSource !== 'none')
      sources.set(id, { config, poll: startLoadPoll(pollOptions, state.endpoint(id), loadSource) })
  }

  return {
    sync({ endpoints, endpointById }) {
      if (endpoints === synced || intervalMs === 0) return
      synced = endpoints
      for (const [id, { poll }] of sources) {
        if (endpointById.has(id)) continue
        poll.stop()
        sources.delete(id)
      }
      for (const config of endpoints) follow(config)
    },
    stop() {
      for (const { poll } of sources.values()) poll.stop()
      sources.clear()
    },
    asksHeader: ({ asksLoadHeader }) => asksLoadHeader,
    receiveHeaders(endpoint, headers) {
      const header = headers[LOAD_HEADER]
      if (header === undefined) return
      const source = sources.get(endpoint.config.id)
      const report =
        source && withHeader(endpoint, typeof header === 'string' ? header : (header[0] ?? ''), clock())
      if (report === undefined) return
      // A report that was asked for ends in its time: the header does not say all that it does.
      if (endpoint.load) endpoint.load = report
      else source?.poll.set(report)
    },
  }
}
