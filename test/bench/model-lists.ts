// Measures GET /v1/models over many endpoints: the time of the whole call and the CPU time of the balancer's process.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { quantilesOf, type Quantiles } from './latency.ts'
import { cpuUs, type Measured } from './processes.ts'

/** A model is listed by `copies` endpoints, each of which may know another context length. */
export const MODEL_LISTS = { models: 1_000, endpoints: 50, copies: 5, aliases: 100 }
const CALLS = 300
const ROUNDS = 6
const POLL_MS = 20

export const modelId = (model: number): string => `publisher-${model % 40}/model-${model}-instruct`

/** What a vLLM says of a model. */
const cardOf = (model: number, endpoint: number): object => ({
  id: modelId(model),
  object: 'model',
  created: 1_700_000_000 + model,
  owned_by: 'vllm',
  root: `/models/model-${model}`,
  parent: null,
  max_model_len: 4096 * (1 + (endpoint % 4)),
})

/** Backends below one port, each of which lists its models at `/<endpoint>/v1/models`. */
export async function startLists(): Promise<{ port: number; requests(): number; stop(): void }> {
  const { models, endpoints, copies } = MODEL_LISTS
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    const endpoint = Number(request.url?.split('/')[1])
    const listed = Array.from({ length: models }, (_, model) => model).filter(
      (model) => (endpoint - model + models * endpoints) % endpoints < copies,
    )
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ object: 'list', data: listed.map((model) => cardOf(model, endpoint)) }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    stop: () => void server.close(),
  }
}

/** @returns the body of the response. */
async function list(pool: Pool, token: string): Promise<ArrayBuffer> {
  const { statusCode, body } = await pool.request({
    method: 'GET',
    path: '/v1/models',
    headers: { authorization: `Bearer ${token}` },
  })
  if (statusCode !== 200) throw new Error(await body.text())
  return body.arrayBuffer()
}

const modelsIn = (body: ArrayBuffer): number =>
  (JSON.parse(Buffer.from(body).toString()) as { data: object[] }).data.length

interface ListCost extends Quantiles {
  /** Of the balancer's process, for one call. */
  readonly cpuUs: number
  readonly models: number
}

async function runRound({ port, pid }: Measured, token: string): Promise<ListCost> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 1, pipelining: 1, allowH2: false })
  const models = modelsIn(await list(pool, token))
  const times: number[] = []
  const before = cpuUs(pid)
  for (let call = 0; call < CALLS; call += 1) {
    const startMs = performance.now()
    await list(pool, token)
    times.push(performance.now() - startMs)
  }
  const cost = (cpuUs(pid) - before) / CALLS
  await pool.close()
  return { ...quantilesOf(times), cpuUs: cost, models }
}

/** One call after another. @returns the least disturbed round. The first one warms up and is not counted. */
export async function measureLists(balancer: Measured, token: string): Promise<ListCost> {
  await runRound(balancer, token)
  let least = await runRound(balancer, token)
  for (let round = 1; round < ROUNDS; round += 1) {
    const next = await runRound(balancer, token)
    if (next.p99 < least.p99) least = next
  }
  return least
}

/** Waits until the balancer knows all models. @param token - one that may use any. */
export async function allListed(port: number, token: string): Promise<void> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 1, pipelining: 1, allowH2: false })
  while (modelsIn(await list(pool, token)) < MODEL_LISTS.models + MODEL_LISTS.aliases) await delay(POLL_MS)
  await pool.close()
}
