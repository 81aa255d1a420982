/** What the engine has to know of a call: how its request is made, and how its response is read. */
import type { JsonObject } from './json-object.ts'
import type { Usage } from './usage.ts'

/** A turn of a conversation that is over. */
export interface Exchange {
  readonly user: string
  readonly reply: string
}

/** What a card asks for. */
export interface Prompt {
  /** Empty for none. */
  readonly system: string
  /** The turns before this one. */
  readonly history: readonly Exchange[]
  readonly text: string
  /** null leaves it to the backend; the same holds below. */
  readonly maxTokens: number | null
  readonly temperature: number | null
  readonly seed: number | null
  readonly stream: boolean
}

/** What a response, or one event of a stream, holds. */
export interface Content {
  /** Pieces with content; each counts as one token when the response has no usage. */
  readonly deltas: number
  /** Several events of a stream may each have a part of it. */
  readonly usage: Partial<Usage>
}

/** An error of the backend inside of a response that began well. */
export interface ErrorContent {
  readonly error: unknown
}

/** Readers return undefined for what has not the form of the call. */
export interface Call {
  /** Without the model and the priority. */
  body(prompt: Prompt): object
  /** Headers that the call needs beside those of all. */
  readonly headers?: Readonly<Record<string, string>>
  /** The header that backends of the call take the key in, where it is not the bearer key alone. */
  readonly keyHeader?: string
  /** What a whole response is, as in `The answer is no …`. */
  readonly noun: string
  readBody(body: JsonObject): Content | ErrorContent | undefined
  /** undefined for a call without streams. */
  readonly stream?: {
    /** The data, or the types, of the events that end a complete stream; the usual one first. */
    readonly ends: readonly [string, ...string[]]
    readEvent(event: JsonObject): Content | ErrorContent | undefined
  }
}

/** The messages of a conversation up to its latest prompt. */
export const messagesOf = ({ history, text }: Pick<Prompt, 'history' | 'text'>) => [
  ...history.flatMap(({ user, reply }) => [
    { role: 'user', content: user },
    { role: 'assistant', content: reply },
  ]),
  { role: 'user', content: text },
]

export const NO_CONTENT: Content = { deltas: 0, usage: {} }
