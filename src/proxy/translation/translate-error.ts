// Translates errors of chat servers, in any of their forms, into Anthropic's form.
import { z } from 'zod'
import { anthropicType } from '../../http/anthropic-error.ts'

// Chat servers have no status of their own for being busy.
const BUSY = 503
const OVERLOADED = 529

const typeOf = (status: number): string => anthropicType(status === BUSY ? OVERLOADED : status)

const details = z.object({
  message: z.string(),
  type: z.unknown().optional(),
  code: z.unknown().optional(),
})
type Details = z.infer<typeof details>

const named = (message: string): Details => ({ message, type: undefined, code: undefined })

/** Anthropic's own form. */
const ownForm = z.object({
  type: z.literal('error'),
  error: z.object({ type: z.string(), message: z.string() }),
})

/** The errors of OpenAI, vLLM and llama.cpp; of Ollama and TEI; of SGLang; of FastAPI. */
const forms = z.union([
  z.object({ error: details }).transform(({ error }) => error),
  z.object({ error: z.string() }).transform(({ error }) => named(error)),
  details,
  z.object({ detail: z.string() }).transform(({ detail }) => named(detail)),
  z
    .object({ detail: z.unknown().refine((detail) => detail !== undefined) })
    .transform(({ detail }) => named(JSON.stringify(detail))),
])

// How servers name a prompt that is longer than the model's context.
const overflows: ReadonlySet<unknown> = new Set(['context_length_exceeded', 'exceed_context_size_error'])

/** Claude Code shortens its conversation where an error has Anthropic's own words for a prompt that is too long. */
const messageOf = ({ message, type, code }: Details): string =>
  overflows.has(code) || overflows.has(type) ? `prompt is too long: ${message}` : message

const MAX_TEXT = 2_000

function parse(body: Buffer): unknown {
  const text = body.toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    return { detail: text.trim().slice(0, MAX_TEXT) }
  }
}

/** Whether an event of a stream is an error. */
export const isErrorEvent = (value: object): boolean =>
  ('error' in value && value.error != null) ||
  ('object' in value && value.object === 'error') ||
  ('type' in value && value.type === 'error')

/** Servers that answer with status 200 and an error give the status as its code. */
const statusOf = ({ code }: Details, status: number): number =>
  status >= 400 || typeof code !== 'number' || code < 400 || code > 599 ? status : code

/** @param value - parsed JSON. @param status - of the response; 200 for an event of a stream. */
export function anthropicErrorOf(value: unknown, status: number): object {
  const own = ownForm.safeParse(value).data
  if (own) return own
  const found = forms.safeParse(value).data ?? named('')
  const message = messageOf(found) || `the endpoint answered with status ${status}`
  return { type: 'error', error: { type: typeOf(statusOf(found, status)), message } }
}

export const translateError = (body: Buffer, status: number): Buffer =>
  Buffer.from(JSON.stringify(anthropicErrorOf(parse(body), status)))
