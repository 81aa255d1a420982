// What every real client is tried with: refusals, with the words that its person has to read, and an image.
import { expect } from 'vitest'
import { startApp, type RunningApp } from '../apps/running-app.ts'

export const MODEL = 'sim-model'

interface RefusingApp {
  readonly app: RunningApp
  readonly model: string
}

interface Refusal {
  readonly what: string
  readonly status: number
  /** On the routes of messages, where it is another one. */
  readonly anthropicStatus?: number
  readonly words: string
  /** @param fields - of the endpoint. */
  readonly start: (fields?: object) => Promise<RefusingApp>
}

const fault = (status: number) => ({
  // Of every version of an API.
  backends: [{ fault: { kind: 'status' as const, status, pathPrefix: '/v' } }],
})

export const refusals: readonly Refusal[] = [
  {
    what: 'a wrong token',
    status: 401,
    words: 'unknown client token',
    async start(endpoints = {}) {
      const app = await startApp({ endpoints })
      await app.admin.token('another client')
      return { app, model: MODEL }
    },
  },
  {
    what: 'an unknown model',
    status: 404,
    words: 'Did you mean',
    async start(endpoints = {}) {
      const app = await startApp({ endpoints: { ...endpoints, models: [MODEL] } })
      return { app, model: 'sim-modell' }
    },
  },
  {
    what: 'a backend that has too many requests',
    status: 429,
    words: 'Simulated failure',
    async start(endpoints = {}) {
      // It stays out of cooldown.
      const environment = { LB_FAIL_THRESHOLD: '100' }
      return { app: await startApp({ ...fault(429), endpoints, environment }), model: MODEL }
    },
  },
  {
    what: 'no endpoint out of cooldown',
    status: 503,
    anthropicStatus: 529,
    words: 'all connected endpoints in cooldown',
    async start(endpoints = {}) {
      const environment = { LB_FAIL_THRESHOLD: '1', LB_COOLDOWN_SECONDS: '60' }
      const app = await startApp({ ...fault(503), endpoints, environment })
      await app.post('/v1/chat/completions', { model: MODEL, messages: [{ role: 'user', content: 'x' }] })
      return { app, model: MODEL }
    },
  },
]

/** The smallest image of PNG: one transparent pixel. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

/** The bodies that have reached the first backend, as text. */
export const bodiesAt = ({ backend }: RunningApp): readonly string[] =>
  backend.served().last.map(({ body }) => body.toString())

/** @returns the error with which it fails. */
export const failureOf = (promise: PromiseLike<unknown>): Promise<Error> =>
  Promise.resolve(promise).then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as Error,
  )
