// Checks the arguments of a call, which a model has written as JSON text.
import { validateJson } from '../json/validate-json.ts'

const ignore = (): void => undefined

/** A half of a surrogate pair has no UTF-8; as an escape it means the same within a string. */
const escapeSurrogates = (text: string): string =>
  text.isWellFormed()
    ? text
    : text.replace(/\p{Surrogate}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`)

/** @returns the JSON text of the tool's input; undefined where the arguments are no JSON object. */
export function readToolInput(given: string | null | undefined): string | undefined {
  const text = escapeSurrogates(given?.trim() ?? '')
  // Of tools without parameters some servers report no arguments at all.
  if (text === '') return '{}'
  const isObject = text.startsWith('{') && validateJson(Buffer.from(text), ignore) === undefined
  return isObject ? text : undefined
}

export interface InputScan {
  push(text: string): void
  /** Whether the outermost object has closed. */
  isComplete(): boolean
  isEmpty(): boolean
}

/** Follows arguments that come in pieces, in constant memory: only where their object ends, not whether all of it is right. */
export function createInputScan(): InputScan {
  let depth = 0
  let hasBegun = false
  let inString = false
  let isEscaped = false
  const step = (char: string): void => {
    if (inString) {
      if (isEscaped) isEscaped = false
      else if (char === '\\') isEscaped = true
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') depth -= 1
    if (char > ' ') hasBegun = true
  }
  return {
    push(text) {
      for (let at = 0; at < text.length; at += 1) step(text.charAt(at))
    },
    isComplete: () => hasBegun && depth === 0 && !inString,
    isEmpty: () => !hasBegun,
  }
}
