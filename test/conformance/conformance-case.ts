// What a case is and what it is given to work with.
import type { EndpointLimits, Gateway } from './gateway.ts'
import { poll, within } from './patience.ts'
import { sendRaw, type RawResponse } from './raw-client.ts'
import { startScriptedUpstream, type ScriptedUpstream } from './scripted-upstream.ts'

export interface ConformanceCase {
  readonly name: string
  /** figures: an admin API that counts; upstreams: more than one of them; process: the gateway's own process. */
  readonly needs?: 'figures' | 'upstreams' | 'process'
  /** @returns what is worth a remark. Throws with the reason where the gateway fails. */
  run(bench: Bench): Promise<string | undefined | void>
}

/** The gateway's process, for cases that end it. */
export interface GatewayProcess {
  /** SIGTERM. */
  terminate(): void
  hasEnded(): boolean
}

export interface Patience {
  /** For anything but a cut. */
  readonly waitMs: number
  /** From a client's leaving to the upstream's seeing it. */
  readonly cutMs: number
}

/** One case's surroundings. */
export interface Bench {
  readonly gateway: Gateway
  readonly process: GatewayProcess | undefined
  readonly patience: Patience
  /** One upstream, and the gateway pointed at it alone. */
  upstream(limits?: EndpointLimits): Promise<ScriptedUpstream>
  upstreams(count: number): Promise<ScriptedUpstream[]>
  /** Sends a chat completion. */
  chat(fields?: object): RawResponse
  within<T>(promise: Promise<T>, what: string): Promise<T>
  poll(what: string, check: () => boolean | Promise<boolean>): Promise<void>
}

export const check = (holds: boolean, why: string): void => {
  if (!holds) throw new Error(why)
}

/** @returns the bench and what cleans it up. */
export function createBench(gateway: Gateway, process: GatewayProcess | undefined, patience: Patience) {
  const started: ScriptedUpstream[] = []
  const responses: RawResponse[] = []
  const upstreams = async (count: number, limits?: EndpointLimits): Promise<ScriptedUpstream[]> => {
    for (let one = 0; one < count; one += 1)
      started.push(await startScriptedUpstream({ port: gateway.upstreamPort, hidesModelLists: true }))
    const own = started.slice(-count)
    await gateway.point(
      own.map(({ port }) => port),
      limits,
    )
    return own
  }
  const bench: Bench = {
    gateway,
    process,
    patience,
    upstreams,
    async upstream(limits) {
      const [one] = await upstreams(1, limits)
      if (!one) throw new Error('no upstream')
      return one
    },
    chat(fields = {}) {
      const messages = [{ role: 'user', content: 'Hello' }]
      const response = sendRaw({
        url: `${gateway.baseUrl}/chat/completions`,
        body: JSON.stringify({ model: 'conformance', messages, ...fields }),
        authorization: gateway.authorization,
        waitMs: patience.waitMs,
      })
      responses.push(response)
      return response
    },
    within: (promise, what) => within(promise, what, patience.waitMs),
    poll: (what, check) => poll(what, check, patience.waitMs),
  }
  const cleanUp = async (): Promise<void> => {
    for (const response of responses) response.leave()
    await Promise.all(started.map((one) => one.close()))
  }
  return { bench, cleanUp }
}
