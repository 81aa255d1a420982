/** The kinds of value that scenarios, profiles and saved runs are made of, with messages a person can act on. */
import * as z from 'zod/mini'

// The pages' content security policy lets nobody make code from text, which zod else tries for speed.
z.config({ jitless: true })

/** Both ends included. */
export const wholeNumber = (min: number, max: number) => {
  const error = `takes a whole number from ${min} to ${max}`
  return z.int({ error }).check(z.minimum(min, { error }), z.maximum(max, { error }))
}

/** Both ends included. */
export const decimal = (min: number, max: number) => {
  const error = `takes a number from ${min} to ${max}`
  return z.number({ error }).check(z.minimum(min, { error }), z.maximum(max, { error }))
}

/** Free text, shown as text wherever it appears. */
export const text = (maxLength: number, minLength = 0) => {
  const error =
    minLength > 0 ? `takes ${minLength} to ${maxLength} characters` : `takes at most ${maxLength} characters`
  return z.string({ error }).check(z.minLength(minLength, { error }), z.maxLength(maxLength, { error }))
}

export const flag = z.boolean({ error: 'takes true or false' })

function isPlainHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, hostname, username, password, search, hash } = new URL(value)
  return (
    (protocol === 'http:' || protocol === 'https:') &&
    hostname !== '' &&
    `${username}${password}${search}${hash}` === ''
  )
}

export const httpUrl = text(2048).check(
  z.refine(isPlainHttpUrl, 'takes an http or https URL without credentials, query or fragment'),
)

/** What may stand in an Authorization header; empty where there is none. */
export const apiKey = text(4096).check(z.regex(/^[\x21-\x7e]*$/, 'takes printable ASCII without spaces'))

export interface Fault {
  /** Names joined by dots, such as `arrival.ratePerS`; empty for the whole. */
  readonly path: string
  readonly message: string
}

export type Checked<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly faults: readonly Fault[] }

/** Checks a value from outside against a schema, with faults that a form can show beside its fields. */
export function check<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
): Checked<z.output<Schema>> {
  const result = z.safeParse(schema, value)
  if (result.success) return { ok: true, value: result.data }
  return {
    ok: false,
    faults: result.error.issues.slice(0, 20).map(({ path, message, code, ...issue }) => ({
      path: path.join('.'),
      message:
        code === 'unrecognized_keys' && 'keys' in issue
          ? `does not know ${issue.keys
              .slice(0, 3)
              .map((key) => JSON.stringify(key.slice(0, 60)))
              .join(', ')}`
          : message,
    })),
  }
}
