// Parses the request members that a simulated backend uses; others are ignored, as in vLLM.
import { z } from 'zod'
import { isAnthropic, type ApiError } from './api-error.ts'
import { countInput } from './count-tokens.ts'
import { promptBlocks } from './prompt-blocks.ts'
import { ollamaBodies } from './ollama/ollama-requests.ts'
import { readStructure } from './read-structure.ts'
import { isTaskRoute, taskBodies, type Task } from './tasks/task-requests.ts'
import type { Kind } from '../kinds/kind.ts'
import { MAX_MODEL_LEN, type Settings } from '../settings.ts'

const tokenLimit = z.int().min(1).max(MAX_MODEL_LEN).nullish()

const common = {
  model: z.string().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  priority: z.int().nullish(),
  cache_salt: z.string().nullish(),
  ignore_eos: z.boolean().nullish(),
  n: z.literal(1, 'Only n=1 is supported').nullish(),
  max_tokens: tokenLimit,
  max_completion_tokens: tokenLimit,
  max_output_tokens: tokenLimit,
  logprobs: z.union([z.boolean(), z.int().min(0).max(20)]).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  tools: z.array(z.looseObject({})).nullish(),
  tool_choice: z.union([z.string(), z.looseObject({})]).nullish(),
  response_format: z.looseObject({}).nullish(),
  text: z.looseObject({}).nullish(),
}

const tokenIds = z.array(z.int().min(0)).min(1)
const text = z.union([z.string(), tokenIds])
const onlyOne = z.array(text).length(1, 'Only one prompt is supported')
const message = z.looseObject({ role: z.string() })

const thinking = z
  .discriminatedUnion('type', [
    z.looseObject({ type: z.literal('enabled'), budget_tokens: z.int().min(1) }),
    z.looseObject({ type: z.literal(['disabled', 'adaptive']) }),
  ])
  .nullish()

const anthropic = {
  messages: z.array(message).min(1),
  system: z.union([z.string(), z.array(z.looseObject({}))]).nullish(),
  thinking,
  output_config: z.looseObject({}).nullish(),
}

const bodies = {
  '/v1/chat/completions': z.object({ ...common, messages: z.array(message).min(1) }),
  '/v1/completions': z.object({ ...common, prompt: z.union([text, onlyOne]) }),
  '/v1/responses': z.object({
    ...common,
    input: z.union([z.string(), z.array(z.looseObject({})).min(1)]),
    instructions: z.string().nullish(),
    previous_response_id: z.string().nullish(),
    store: z.boolean().nullish(),
    background: z.boolean().nullish(),
  }),
  '/v1/messages': z.object({ ...common, ...anthropic, max_tokens: z.int().min(1).max(MAX_MODEL_LEN) }),
  '/v1/messages/count_tokens': z.object({ ...common, ...anthropic }),
  '/v1/embeddings': z.object({
    ...common,
    input: z.union([text, z.array(text).min(1)]),
    encoding_format: z.enum(['float', 'base64']).nullish(),
    dimensions: z.int().min(1).max(8192).nullish(),
  }),
  ...ollamaBodies,
  ...taskBodies,
}

const unstreamed: ReadonlySet<string> = new Set(['/v1/embeddings', '/v1/messages/count_tokens'])

export type GenerationRoute = keyof typeof bodies
export const isGenerationRoute = (path: string): path is GenerationRoute => Object.hasOwn(bodies, path)

export interface GenerationRequest {
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly priority: number
  readonly ignoreEos: boolean
  /** undefined if the request does not set it. */
  readonly maxTokens: number | undefined
  /** At least 1. */
  readonly promptTokens: number
  /** Of its prompt, for the prefix cache; empty where there is none. */
  readonly blocks: readonly number[]
  /** The texts to embed; empty on other routes. */
  readonly texts: readonly EmbeddingText[]
  readonly encoding: 'float' | 'base64'
  readonly dimensions: number
  /** Alternatives reported with each token's log probability; undefined where none are requested. */
  readonly topLogprobs: number | undefined
  /** Name of the function that the response calls; undefined for a text. */
  readonly tool: string | undefined
  /** Schema of the response's JSON, or of the function's arguments; undefined for prose. */
  readonly schema: unknown
  /** Most tokens of thinking before the text; undefined for none. */
  readonly thinkingBudget: number | undefined
  /** The whole body of a call that generates no text; undefined for the others. */
  readonly task: Task | undefined
  /** What a response says of those that are kept; undefined for other calls. */
  readonly stored: StoredMembers | undefined
}

interface StoredMembers {
  readonly input: unknown
  readonly previousId: string | undefined
  readonly isKept: boolean
  readonly isBackground: boolean
}

// OpenAI's old default, which vLLM keeps.
const COMPLETIONS_DEFAULT_MAX_TOKENS = 16
const DEFAULT_DIMENSIONS = 64

interface Body extends z.infer<z.ZodObject<typeof common>> {
  readonly messages?: unknown
  readonly prompt?: unknown
  readonly input?: unknown
  readonly instructions?: unknown
  readonly system?: unknown
  readonly thinking?: z.infer<typeof thinking>
  readonly output_config?: Readonly<Record<string, unknown>> | null | undefined
  readonly previous_response_id?: string | null | undefined
  readonly store?: boolean | null | undefined
  readonly background?: boolean | null | undefined
  readonly encoding_format?: 'float' | 'base64' | null | undefined
  readonly dimensions?: number | null | undefined
}

/** In the order in which a prompt is made of them. */
const inputKeys = [
  'system',
  'instructions',
  'messages',
  'prompt',
  'input',
  'query',
  'documents',
  'text_1',
  'text_2',
  'tokens',
  'texts',
  'inputs',
] as const

const inputsOf = (body: Partial<Record<(typeof inputKeys)[number], unknown>>): unknown[] =>
  inputKeys.map((key) => body[key])

/** The prompt of a call that generates text. A prefix is shared by requests for one model with one salt and the same tools. */
function blocksOf(body: Body, model: string, { cacheBlocks, cacheBlockTokens }: Settings): number[] {
  if (cacheBlocks === 0) return []
  return promptBlocks([model, body.cache_salt, body.tools], inputsOf(body), cacheBlockTokens)
}

type EmbeddingText = string | readonly number[]

function listTexts(input: unknown): readonly EmbeddingText[] {
  const isOne = !Array.isArray(input) || typeof input[0] === 'number'
  return (isOne ? [input] : input) as readonly EmbeddingText[]
}

/** Chat asks with a boolean beside `top_logprobs`, completions with the number. */
function countLogprobs({ logprobs, top_logprobs: top }: Body): number | undefined {
  if (typeof logprobs === 'number') return logprobs
  return logprobs === true ? (top ?? 0) : undefined
}

/** The tools of a message as those of a chat, and its `output_config` as the `text` of a response. */
function translateStructure(body: Body): Pick<Body, 'tools' | 'tool_choice' | 'text'> {
  const { tools, tool_choice: choice, output_config: text } = body
  const { type, name } = typeof choice === 'object' && choice !== null ? choice : {}
  const free = type === 'any' ? 'required' : type === 'none' ? 'none' : 'auto'
  return {
    tools: tools?.map((tool) => ({ name: tool.name, parameters: tool.input_schema })),
    tool_choice: type === 'tool' ? { name } : free,
    text,
  }
}

const readStored = ({ input, previous_response_id, store, background }: Body): StoredMembers => ({
  input,
  previousId: previous_response_id ?? undefined,
  isKept: store !== false,
  isBackground: background === true,
})

type Refuse = (problem: string, param: string | null) => { error: ApiError }

function parseJson(bytes: Buffer, refuse: Refuse): { value: unknown } | { error: ApiError } {
  try {
    return { value: JSON.parse(bytes.toString()) as unknown }
  } catch (error) {
    return refuse(`JSON decode error: ${error instanceof Error ? error.message : String(error)}`, null)
  }
}

/** Validates a body as engines do: `mistakeStatus` if it is malformed, 404 for a model that is not served. */
export function readGenerationRequest(
  { path, route, kind }: { readonly path: string; readonly route: GenerationRoute; readonly kind: Kind },
  bytes: Buffer,
  settings: Settings,
): { request: GenerationRequest } | { error: ApiError } {
  const refuse: Refuse = (problem, param) => ({
    error: kind.error(path, settings.mistakeStatus, problem, param),
  })
  const json = parseJson(bytes, refuse)
  if ('error' in json) return json
  const parsed = bodies[route].safeParse(json.value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const param = issue?.path.join('.') || null
    return refuse(param === null ? (issue?.message ?? '') : `${param}: ${issue?.message ?? ''}`, param)
  }
  const body = parsed.data as Body
  const isTask = isTaskRoute(route)
  const stream = body.stream === true && !unstreamed.has(route) && !isTask
  if (!stream && body.stream_options != null) {
    return refuse('Stream options can only be defined when `stream=True`.', 'stream_options')
  }
  const model = (kind.ignoresModel ? undefined : body.model) ?? settings.models[0] ?? ''
  if (!settings.models.includes(model)) {
    return { error: kind.error(path, 404, kind.missingModel(path, model), 'model') }
  }
  const limit = body.max_completion_tokens ?? body.max_output_tokens ?? body.max_tokens ?? undefined
  const request = {
    model,
    stream,
    includeUsage: body.stream_options?.include_usage === true,
    priority: body.priority ?? 0,
    ignoreEos: body.ignore_eos === true,
    maxTokens: limit ?? (route === '/v1/completions' ? COMPLETIONS_DEFAULT_MAX_TOKENS : undefined),
    promptTokens: Math.max(1, countInput(inputsOf(body))),
    blocks: isTask || route === '/v1/embeddings' ? [] : blocksOf(body, model, settings),
    texts: route === '/v1/embeddings' ? listTexts(body.input) : [],
    encoding: body.encoding_format ?? 'float',
    dimensions: body.dimensions ?? DEFAULT_DIMENSIONS,
    topLogprobs: countLogprobs(body),
    ...readStructure(isAnthropic(route) ? translateStructure(body) : body, settings.callsTools),
    thinkingBudget: body.thinking?.type === 'enabled' ? body.thinking.budget_tokens : undefined,
    task: isTask ? (parsed.data as Task) : undefined,
    stored: route === '/v1/responses' ? readStored(body) : undefined,
  } satisfies GenerationRequest
  return { request }
}
