// Validates input against its schema and lists every bad field.
import type { z, ZodType } from 'zod'
import type { FieldError } from '../../contract/problem.ts'
import { gatewayError } from '../../core/gateway-error.ts'

// Bounds the response to a body with many unknown keys.
const MAX_ERRORS = 1000
const MAX_NAMED_IN_DETAIL = 5

const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a finite number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' items' }

// Messages in the schemas take precedence. No message repeats the value, which may be a secret.
const explain: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined ? 'is required' : `takes ${nouns[issue.expected] ?? issue.expected}`
  }
  if (issue.code === 'too_small') {
    return `takes ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${units[issue.origin] ?? ''}`
  }
  if (issue.code === 'too_big') {
    return `takes ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${units[issue.origin] ?? ''}`
  }
  if (issue.code === 'invalid_value') {
    return `takes one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
  }
  return 'is not acceptable'
}

const sentence = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`

const fieldErrors = (issue: z.core.$ZodIssue): FieldError[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: 'Is not a known field.' }))
    : [{ pointer: pointerTo(issue.path), detail: sentence(issue.message) }]

function summary(errors: readonly FieldError[]): string {
  const named = errors.slice(0, MAX_NAMED_IN_DETAIL).map(({ pointer }) => pointer || 'the body itself')
  const more = errors.length > named.length ? ' and others' : ''
  return `Not acceptable: ${named.join(', ')}${more}.`
}

/** @returns the parsed value, or a JSON pointer and a sentence for every bad field. */
export function checkInput<Schema extends ZodType>(
  schema: Schema,
  value: unknown,
): { readonly data: z.output<Schema> } | { readonly errors: readonly FieldError[] } {
  const result = schema.safeParse(value, { error: explain })
  if (result.success) return { data: result.data }
  return { errors: result.error.issues.flatMap(fieldErrors).slice(0, MAX_ERRORS) }
}

/** Throws LB_ERR_VALIDATION with a JSON pointer and a sentence for every bad field. */
export function validateInput<Schema extends ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = checkInput(schema, value)
  if ('data' in result) return result.data
  throw gatewayError('LB_ERR_VALIDATION', summary(result.errors), { errors: result.errors })
}
