// What the responses of the calls that generate no text have in common.
import { hash } from '../embedding-format.ts'
import { usageJson, type FormatContext } from '../format.ts'
import { createRandom } from '../../random.ts'

export interface TaskResponse {
  readonly type: string
  readonly body: string | Buffer
}

export type TaskContext = Omit<FormatContext, 'generated'>

export const jsonResponse = (value: unknown): TaskResponse => ({
  type: 'application/json',
  body: JSON.stringify(value),
})

/** @param events - each with its type. */
export const eventResponse = (events: readonly { readonly type: string }[]): TaskResponse => ({
  type: 'text/event-stream; charset=utf-8',
  body: events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
})

export const listOf = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as T[]) : [value as T]

/** From 0 to 1. */
export const similarity = (a: string, b: string): number => createRandom(hash(`${a}\n${b}`))()

export const usage = (context: TaskContext): unknown => JSON.parse(usageJson(context, 0))
