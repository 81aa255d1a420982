// A server with the HTTP API of vLLM or of another engine, at a configurable speed and with injectable faults.
import { randomUUID } from 'node:crypto'
import { createServer, type OutgoingHttpHeaders } from 'node:http'
import { createAccounting } from './accounting.ts'
import { createControlServer, type Controls } from './control-server.ts'
import { createEngineMetrics } from './requests/engine-metrics.ts'
import type { RequestContext } from './requests/request-context.ts'
import { createFaultInjector } from './faults/fault-injector.ts'
import { faultSchema, type FaultInput } from './faults/fault.ts'
import { habitsOf } from './kinds/kinds.ts'
import { createLife } from './life.ts'
import { createListener } from './listener.ts'
import { createRandom, type Random } from './random.ts'
import { serveRequest, type Service } from './requests/serve-request.ts'
import { defaultSettings, settingsPatch, settingsSchema, type Settings } from './settings.ts'
import { createGate } from './requests/gate.ts'
import { createScheduler } from './scheduler/scheduler.ts'
import { systemTimer, type Timer } from './timer.ts'

export interface SimulatedBackendOptions extends Partial<Settings> {
  /** The fault in force from the start. */
  readonly fault?: FaultInput | null
}

/** Replaceable parts, for tests. */
export interface SimulatedBackendParts {
  /** Number of requests kept with headers and body; default 100. */
  readonly maxKept?: number
  /** Source of responses and faults; default from `seed`. */
  readonly random?: Random
  readonly timer?: Timer
}

interface Addresses {
  /** Base URL, which ends in /v1. */
  readonly baseUrl: string
  /** Control URL, which ends in /control. */
  readonly controlUrl: string
  readonly port: number
  readonly controlPort: number
}

export interface SimulatedBackend extends Controls {
  /** Default host 127.0.0.1 and free ports; called once only. Rejects if a port is taken. */
  listen(where?: { host?: string; port?: number; controlPort?: number }): Promise<Addresses>
  /** Resets every connection. */
  close(): Promise<void>
}

const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** Responses and faults have separate sequences, so that a fault does not change later responses. */
function createRandomSources(seed: number, given: Random | undefined) {
  let responses = given ?? createRandom(seed)
  let faults = given ?? createRandom(seed + 1)
  return {
    reseed(newSeed: number) {
      responses = given ?? createRandom(newSeed)
      faults = given ?? createRandom(newSeed + 1)
    },
    responses: () => responses(),
    faults: () => faults(),
  }
}

// A counter behind one random prefix, since a random id per request is too slow at a thousand requests a second.
function createIds(): () => string {
  const prefix = randomUUID().replaceAll('-', '').slice(0, 24)
  let last = 0
  return () => prefix + (last += 1).toString(16).padStart(8, '0')
}

type RandomSources = ReturnType<typeof createRandomSources>

function createService(
  parts: SimulatedBackendParts,
  settings: () => Settings,
  draws: RandomSources,
  die: () => void,
): Service {
  const openRequests = new Set<RequestContext>()
  const { timer = systemTimer } = parts
  const scheduler = createScheduler(timer, settings)
  return {
    engine: {
      settings,
      random: draws.responses,
      scheduler,
      metrics: createEngineMetrics(),
      timer,
      storedResponses: new Map(),
      nextId: createIds(),
    },
    accounting: createAccounting(parts.maxKept ?? 100),
    faults: createFaultInjector(draws.faults),
    openRequests,
    loadingGate: createGate(() => settings().loading === 'silent'),
    healthGate: createGate(() => {
      const { healthStarvesAt } = settings()
      return healthStarvesAt > 0 && countGenerating(openRequests) >= healthStarvesAt
    }),
    die() {
      scheduler.clearCache()
      die()
    },
  }
}

function countGenerating(openRequests: ReadonlySet<RequestContext>): number {
  let count = 0
  for (const { request } of openRequests) if (request.method === 'POST') count += 1
  return count
}

const responseHeaders = (settings: Settings): OutgoingHttpHeaders => ({
  server: 'uvicorn',
  ...settings.headers,
})

function breakAll({ openRequests, faults, accounting }: Service): void {
  for (const context of openRequests) {
    context.isBroken = true
    if (faults.current()?.kind === 'refuse') accounting.countFault('refuse')
  }
}

/** Throws a ZodError if an option is invalid. */
export function createSimulatedBackend(
  options: SimulatedBackendOptions = {},
  parts: SimulatedBackendParts = {},
): SimulatedBackend {
  const { fault = null, ...given } = options
  let settings: Settings = settingsSchema.parse({
    ...defaultSettings,
    ...habitsOf(given.kind),
    ...given,
  })
  let headers = responseHeaders(settings)
  const draws = createRandomSources(settings.seed, parts.random)
  const service = createService(
    parts,
    () => settings,
    draws,
    () => life.die(),
  )
  const { faults, accounting, engine, loadingGate, healthGate } = service
  faults.set(fault === null ? null : faultSchema.parse(fault))

  const server = createServer((request, response) => serveRequest(service, headers, request, response))
  const listener = createListener(server)
  const life = createLife({
    listener,
    settings: () => settings,
    timer: engine.timer,
    isRefusing: () => faults.current()?.kind === 'refuse',
    breakAll: () => breakAll(service),
  })

  const controls: Controls = {
    get settings() {
      return settings
    },
    configure(patch) {
      const checked = settingsPatch.parse(patch)
      settings = settingsSchema.parse({ ...settings, ...habitsOf(checked.kind), ...checked })
      headers = responseHeaders(settings)
      if (checked.seed !== undefined) draws.reseed(checked.seed)
      engine.scheduler.startWaiting()
      loadingGate.check()
      healthGate.check()
    },
    get fault() {
      return faults.current()
    },
    async setFault(fault) {
      const checked = fault === null ? null : faultSchema.parse(fault)
      await life.apply(() => faults.set(checked))
    },
    revive: life.revive,
    clearCache: engine.scheduler.clearCache,
    served: () => ({
      ...accounting.read(),
      running: engine.scheduler.running(),
      waiting: engine.scheduler.waiting(),
    }),
    resetServed: () => accounting.reset(),
  }
  const control = createListener(createControlServer(controls))

  return Object.assign(controls, {
    async listen({ host = '127.0.0.1', port = 0, controlPort = 0 } = {}) {
      const main = await listener.open({ host, port })
      const side = await control.open({ host, port: controlPort })
      await life.apply()
      return {
        baseUrl: `http://${hostInUrl(host)}:${main.port}/v1`,
        controlUrl: `http://${hostInUrl(host)}:${side.port}/control`,
        port: main.port,
        controlPort: side.port,
      }
    },
    async close() {
      await life.settled()
      await Promise.all([listener.shut(), control.shut()])
    },
  })
}
