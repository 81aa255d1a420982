// Settings of a simulated backend, at start and at run time: one table, from which the command's options follow.
import { z } from 'zod'

// Rejects what Node would throw on when the header is written.
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'takes a header name')
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'takes printable ASCII')

/** The context window, which bounds max_tokens and is shown by /v1/models. */
export const MAX_MODEL_LEN = 131_072

interface Setting<Schema extends z.ZodType> {
  readonly schema: Schema
  readonly initial: z.infer<Schema>
  /** What stands behind the option in the command's help; empty for a boolean. */
  readonly takes: string
  readonly help: string
}

const setting = <Schema extends z.ZodType>(
  schema: Schema,
  initial: z.infer<Schema>,
  takes: string,
  help: string,
): Setting<Schema> => ({ schema, initial, takes, help })

/** A property of some engines that others lack. */
const behaviour = (help: string) => setting(z.boolean(), false, '', help)

const milliseconds = z.number().min(0).max(3_600_000)
const tokenCount = z.int().min(1).max(MAX_MODEL_LEN)

export const settingsTable = {
  name: setting(z.string().min(1).max(120), 'sim', 'NAME', 'shown as system_fingerprint (sim)'),
  kind: setting(
    z.enum(['vllm', 'llama.cpp', 'ollama', 'tei']),
    'vllm',
    'KIND',
    'engine whose routes, errors and habits it has: vllm, llama.cpp, ollama or tei (vllm)',
  ),
  models: setting(
    z.array(z.string().min(1)).min(1),
    ['sim-model'],
    'ID,...',
    'model ids; another is 404, none is the first (sim-model)',
  ),
  apiKey: setting(z.string(), '', 'KEY', 'bearer asked for under /v1 (none)'),
  publicModels: behaviour('/v1/models needs no key'),
  ttftMs: setting(milliseconds, 0, 'MS', 'time to the first token (0)'),
  tokensPerSecond: setting(
    z.number().min(0).max(1_000_000),
    0,
    'N',
    'speed of one response (0: as fast as it is read)',
  ),
  halfSpeedAt: setting(
    z.int().min(0),
    0,
    'N',
    'number of other running requests at which the speed is half (0: it does not fall)',
  ),
  prefillTokensPerSecond: setting(
    z.number().min(0).max(10_000_000),
    0,
    'N',
    'prompt tokens processed a second, one prompt after the other (0: all at once)',
  ),
  cacheBlocks: setting(
    z.int().min(0).max(10_000_000),
    0,
    'N',
    'blocks that the prefix cache holds, whose hits are reported as cached_tokens (0: no cache)',
  ),
  cacheBlockTokens: setting(z.int().min(1).max(65_536), 16, 'N', 'tokens of a block (16)'),
  capacity: setting(z.int().min(0), 0, 'N', 'requests that run at once, others wait (0: no limit)'),
  seed: setting(z.int().min(0), 1, 'N', 'seed of responses and faults; setting it starts them again (1)'),
  minTokens: setting(tokenCount, 8, 'N', 'shortest response (8)'),
  maxTokens: setting(tokenCount, 64, 'N', 'longest response without max_tokens and ignore_eos (64)'),
  headers: setting(z.record(headerName, headerValue), {}, 'JSON', 'header fields of every response ({})'),
  mistakeStatus: setting(
    z.int().min(400).max(599),
    400,
    'STATUS',
    'status and numeric code of a request that is malformed (400; llama.cpp: 500)',
  ),
  dieOn: setting(
    z.string(),
    '',
    'TEXT',
    'a request that contains it ends the server: its port and connections close (none)',
  ),
  reviveAfterMs: setting(milliseconds, 0, 'MS', 'the port opens again so long after (0: by control only)'),
  loading: setting(
    z.enum(['no', 'silent', 'unavailable']),
    'no',
    'HOW',
    'silent: accepts requests and serves them when loading is over; unavailable: 503 (no)',
  ),
  closesAfterStream: behaviour('announces keep-alive and closes the connection after a stream'),
  headersWithFirstToken: behaviour('sends the head of a stream with its first token'),
  commentEveryMs: setting(
    milliseconds,
    0,
    'MS',
    'a comment follows each time that a stream was silent for so long (0: none; llama.cpp: 30000)',
  ),
  worksOnAfterAbort: behaviour('an unstreamed request keeps its slot to the end after its client has left'),
  healthStarvesAt: setting(
    z.int().min(0),
    0,
    'N',
    '/health waits while so many other requests are open (0: never)',
  ),
  cachedPercent: setting(
    z.number().min(0).max(100),
    0,
    'N',
    'share of the prompt reported as cached_tokens without a prefix cache (0: not reported)',
  ),
  usageOnFinish: behaviour('usage stands on the finish chunk and not in an event of its own'),
  completionUsageOnFinish: behaviour('the same for /v1/completions alone'),
  timings: behaviour('the last event with usage, or the finish chunk, has timings'),
  callsTools: behaviour('calls the first tool also where tool_choice leaves it free'),
  omitsSequenceNumbers: behaviour('events of /v1/responses have no sequence_number'),
} as const

type Table = typeof settingsTable
type SettingName = keyof Table
export type Settings = { readonly [Name in SettingName]: z.infer<Table[Name]['schema']> }
type Shape = { readonly [Name in SettingName]: Table[Name]['schema'] }

const valuesOf = (member: 'schema' | 'initial'): object =>
  Object.fromEntries(Object.entries(settingsTable).map(([name, entry]) => [name, entry[member]]))

const shape = valuesOf('schema') as Shape
const inOrder = { message: 'minTokens takes at most maxTokens', path: ['minTokens'] }

export const settingsSchema = z
  .strictObject(shape)
  .refine(({ minTokens, maxTokens }) => minTokens <= maxTokens, inOrder)

export const settingsPatch = z.strictObject(shape).partial()

export const defaultSettings = valuesOf('initial') as Settings
