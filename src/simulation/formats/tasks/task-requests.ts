// The bodies of the calls that generate no text, as vLLM takes them; OpenAI's where vLLM has none, and those of other engines.
import { z } from 'zod'
import { ollamaTaskBodies } from '../ollama/ollama-requests.ts'

const model = z.string().nullish()
const text = z.string()
const texts = z.union([text, z.array(text).min(1)])

const rerank = z.object({
  model,
  query: text,
  documents: z.array(z.union([text, z.looseObject({ text })])).min(1),
  top_n: z.int().min(1).nullish(),
})
const score = z.object({ model, text_1: texts, text_2: texts })
const classify = z.object({ model, input: texts })

/** A part of a form that is a file. */
const file = z.object({ name: z.string(), size: z.int().min(1) })
/** The fields of a form are texts. */
const isTrue = z.enum(['true', 'false']).transform((value) => value === 'true')
const transcription = z.object({
  model,
  file,
  prompt: text.nullish(),
  response_format: z.enum(['json', 'text', 'srt', 'vtt', 'verbose_json']).nullish(),
  stream: isTrue.nullish(),
})

export const taskBodies = {
  '/v1/rerank': rerank,
  '/v2/rerank': rerank,
  '/rerank': rerank,
  '/v1/score': score,
  '/score': score,
  '/v1/classify': classify,
  '/classify': classify,
  '/pooling': z.object({ model, input: texts }),
  '/tokenize': z.object({ model, prompt: text }),
  '/detokenize': z.object({ model, tokens: z.array(z.int().min(0)) }),
  '/v1/moderations': z.object({ model, input: texts }),
  '/v1/images/generations': z.object({ model, prompt: text, n: z.int().min(1).max(10).nullish() }),
  '/v1/images/edits': z.object({
    model,
    prompt: text,
    image: z.union([file, z.array(file).min(1)]),
    n: z.coerce.number().int().min(1).max(10).nullish(),
  }),
  '/v1/audio/speech': z.object({ model, input: text, stream_format: z.enum(['audio', 'sse']).nullish() }),
  '/v1/audio/transcriptions': transcription,
  '/v1/audio/translations': transcription,
  ...ollamaTaskBodies,
  'tei/embed': z.object({ inputs: texts }),
  'tei/rerank': z.object({ query: text, texts: z.array(text).min(1), return_text: z.boolean().nullish() }),
}

export type TaskRoute = keyof typeof taskBodies
export const isTaskRoute = (path: string): path is TaskRoute => Object.hasOwn(taskBodies, path)

type TaskOf<Route extends TaskRoute> = z.infer<(typeof taskBodies)[Route]>
export type Task = TaskOf<TaskRoute>
export type Rerank = TaskOf<'/rerank'>
export type Score = TaskOf<'/score'>
export type Classify = TaskOf<'/classify'>
export type Tokenize = TaskOf<'/tokenize'>
export type Detokenize = TaskOf<'/detokenize'>
export type Images = TaskOf<'/v1/images/generations'>
export type Transcription = TaskOf<'/v1/audio/transcriptions'>
export type Embed = TaskOf<'/api/embed'>
export type TeiEmbed = TaskOf<'tei/embed'>
export type TeiRerank = TaskOf<'tei/rerank'>
export type Speech = TaskOf<'/v1/audio/speech'>
