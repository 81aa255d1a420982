// The demo: three simulated backends of different speed with two models, wired in a separate database.
import { createSimulatedBackend } from '../simulation/simulated-backend.ts'
import type { AliasValues, Store, StoreTransaction } from '../store/store.ts'

export interface Demo {
  /** Prints how to use it. @param tokenPath - file of the admin token; undefined if the environment sets the token. */
  printIntroduction(url: string, tokenPath: string | undefined): void
  close(): Promise<void>
}

const MODEL = 'demo-model'
const LARGE_MODEL = 'demo-large'

const backends = [
  {
    name: 'sim-fast',
    models: [MODEL],
    quotaPercent: 50,
    pace: { ttftMs: 40, prefillTokensPerSecond: 60_000, tokensPerSecond: 120 },
  },
  {
    name: 'sim-steady',
    models: [MODEL, LARGE_MODEL],
    quotaPercent: 30,
    pace: { ttftMs: 120, prefillTokensPerSecond: 30_000, tokensPerSecond: 60 },
  },
  {
    name: 'sim-slow',
    models: [MODEL, LARGE_MODEL],
    quotaPercent: 20,
    pace: { ttftMs: 300, prefillTokensPerSecond: 20_000, tokensPerSecond: 30 },
  },
] as const

/** Of each backend's cache: 128,000 tokens in blocks of 16. */
const CACHE_BLOCKS = 8000
/** Beside so many other requests each response is half as fast. */
const HALF_SPEED_AT = 64

/** Leads to the large model, and to the other one while no endpoint of it is available or has room. */
const alias: AliasValues = {
  name: 'demo-smart',
  targets: [
    { model: LARGE_MODEL, endpoint_id: null },
    { model: MODEL, endpoint_id: null },
  ],
  onFull: 'next',
  rewriteResponse: false,
}

/** Updates the endpoint's base URL to the backend's present port; other fields keep what operators have set. */
async function wireBackend(
  tx: StoreTransaction,
  backend: (typeof backends)[number],
  index: number,
  baseUrl: string,
) {
  const { endpoints, blocks } = await tx.readConfiguration()
  const known = endpoints.find(({ name }) => name === backend.name)
  if (known) return void (await tx.endpoints.update(known.id, { baseUrl }))
  const created = await tx.endpoints.insert({
    name: backend.name,
    baseUrl,
    apiKey: '',
    authStyle: 'bearer',
    timeoutS: 120,
    verifyTls: true,
    enabled: true,
    quotaPercent: backend.quotaPercent,
    priorityOrder: 10 * (index + 1),
    maxConcurrent: 0,
    requestStreamUsage: true,
    retryOnTimeout: false,
    models: [],
    modelMap: {},
    apis: [],
    healthCheckPath: null,
    healthCheckIntervalS: 10,
    healthCheckTimeoutS: 3,
    firstByteTimeoutS: null,
    loadSource: 'auto',
    group: '',
    posX: 700,
    posY: 120 + 200 * index,
  })
  for (const block of blocks) await tx.wires.add(block.id, created.id)
}

/** Quotes a text as one word of the shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function introduction(url: string, tokenPath: string | undefined): string {
  const body = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hello!' }] })
  const shown = tokenPath === undefined ? 'in LB_ADMIN_TOKEN' : `cat ${quoted(tokenPath)}`
  const token = tokenPath === undefined ? '$LB_ADMIN_TOKEN' : `$(${shown})`
  return `
  LLM Load Balancer, with three simulated backends

  Base URL       ${url}/v1
  Admin          ${url}/admin
  Admin token    ${shown}
  Load Producer  ${url}/load-producer/, once signed in

  Try it:
  curl ${url}/v1/chat/completions -H 'content-type: application/json' -d '${body}'

  See its state:
  curl -H "X-Admin-Token: ${token}" ${url}/admin/api/state

`
}

export async function startDemo(store: Store): Promise<Demo> {
  const running = backends.map(({ name, models, pace }, index) =>
    createSimulatedBackend({
      name,
      models: [...models],
      ...pace,
      halfSpeedAt: HALF_SPEED_AT,
      cacheBlocks: CACHE_BLOCKS,
      seed: index + 1,
    }),
  )
  const addresses = await Promise.all(running.map((backend) => backend.listen()))
  await store.transaction(async (tx) => {
    // In a new database alone: operators may have changed or deleted it.
    const isNew = (await tx.readConfiguration()).endpoints.length === 0
    if (isNew) await tx.aliases.insert(alias)
    for (const [index, backend] of backends.entries()) {
      await wireBackend(tx, backend, index, addresses[index]?.baseUrl ?? '')
    }
  })
  return {
    printIntroduction: (url, tokenPath) => void process.stdout.write(introduction(url, tokenPath)),
    async close() {
      await Promise.all(running.map((backend) => backend.close()))
    },
  }
}
