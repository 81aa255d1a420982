// What the fields take that only an endpoint has.
import { z } from 'zod'
import { modelName } from './field-schemas.ts'

// Labels of 1 to 63 characters, at most 253 in all, or an IPv6 address.
const hostName = /^(?=.{1,254}$)(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?$|^\[[\da-f:.]+\]$/

/** Whether requests can be sent below the URL. */
export function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return (
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    hostName.test(url.hostname) &&
    url.port !== '0' &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === ''
  )
}

export const baseUrl = z
  .string()
  .max(2048)
  .refine(isBaseUrl, 'takes an http or https URL with a host and without credentials, query or fragment')

const headerUnsafe = /[\x00-\x1f\x7f-\uffff]/

export const apiKey = z
  .string()
  .max(4096)
  .refine((key) => !headerUnsafe.test(key), 'takes printable ASCII only')
  .meta({ description: 'Write-only; an empty string removes the key.' })

// Paths on which an endpoint runs a model; a health check must not request them.
const runsModel = /\/(?:completions|embeddings|responses|messages)|generate/i

function isHealthCheckPath(text: string): boolean {
  if (text === '') return true
  // Two slashes would read as the start of a host name.
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(text) || text.includes('#')) return false
  try {
    return !runsModel.test(decodeURIComponent(text.split('?', 1)[0] ?? ''))
  } catch {
    return false
  }
}

export const healthCheckPath = z
  .string()
  .max(512)
  .refine(
    isHealthCheckPath,
    'takes a path such as /health, in printable ASCII without fragment, that runs no model',
  )
  .nullable()
  .meta({
    description:
      'On the origin of base_url, not below its path, such as /health or /v1/models; null or empty for no checks.',
  })

const MAX_MAPPED_MODELS = 1000

export const modelMap = z
  .record(modelName, modelName)
  .refine((map) => Object.keys(map).length <= MAX_MAPPED_MODELS, `takes ${MAX_MAPPED_MODELS} names at most`)
  .meta({
    description:
      'Names for clients, each with the name that the backend knows the model by. The endpoint serves them beside `models`.',
  })

/** Equal maps are equal as text. */
export const sortMap = (map: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))

/** @returns the URL as browsers normalise it, without trailing slashes. */
export function normaliseBaseUrl(text: string): string {
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname}`.replace(/(?<!\/)\/+$/, '')
}
