/** Schemas of the field types of scenarios, profiles and saved runs, with error messages for users. */
import * as z from 'zod/mini'

// The content security policy of the pages forbids generating code from text, which zod otherwise does for speed.
z.config({ jitless: true })

/** `min` and `max` are inclusive. */
export const wholeNumber = (min: number, max: number) => {
  const error = `takes a whole number from ${min} to ${max}`
  return z.int({ error }).check(z.minimum(min, { error }), z.maximum(max, { error }))
}

/** `min` and `max` are inclusive. */
export const decimal = (min: number, max: number) => {
  const error = `takes a number from ${min} to ${max}`
  return z.number({ error }).check(z.minimum(min, { error }), z.maximum(max, { error }))
}

export const MAX_NUMBER = Number.MAX_SAFE_INTEGER
export const count = wholeNumber(0, MAX_NUMBER)
/** Milliseconds of a measurement. */
export const ms = decimal(0, MAX_NUMBER)

/** Free text. It must always be displayed as text, never as markup. */
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

/** A value for an Authorization header; empty for none. */
export const apiKey = text(4096).check(z.regex(/^[\x21-\x7e]*$/, 'takes printable ASCII without spaces'))

export interface Fault {
  /** Field names joined by dots, such as `arrival.ratePerS`; empty for the whole value. */
  readonly path: string
  readonly message: string
}

/** One fault for people. */
export const faultText = ({ path, message }: Fault): string => `${path} ${message}`.trim()

export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly Fault[] }

/** Checks an untrusted value against a schema. Returns at most 20 faults, which a form can show beside its fields. */
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
