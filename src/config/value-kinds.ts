// The kinds of values of environment variables: how each is parsed and described.
import { isIP } from 'node:net'
import { z } from 'zod'
import { isWithheldHeader } from '../core/withheld-headers.ts'

export interface ValueKind<T> {
  /** Completes the sentence "takes …". */
  readonly takes: string
  /** Parses the variable's text, which is trimmed and not empty. */
  readonly schema: z.ZodType<T, string>
}

const decimal = /^[+-]?(\d+(?:\.\d*)?|\.\d+)$/

/** @param min - inclusive. @param max - inclusive. */
function number(min: number, max: number, unit = ''): ValueKind<number> {
  return {
    takes: `a number ${unit && `of ${unit} `}from ${min} to ${max}`,
    schema: z.string().regex(decimal).transform(Number).pipe(z.number().min(min).max(max)),
  }
}

/** Accepts 20.0 too, which deployments of the Python original use. @param min - inclusive. @param max - inclusive. */
export function wholeNumber(min: number, max: number, unit = ''): ValueKind<number> {
  return {
    takes: `a whole number ${unit && `of ${unit} `}from ${min} to ${max}`,
    schema: z.string().regex(decimal).transform(Number).pipe(z.int().min(min).max(max)),
  }
}

const DAY_S = 86_400

/** @param min - inclusive; 0 if a duration of zero makes sense. */
export const seconds = (min = 0.001, max = DAY_S): ValueKind<number> => number(min, max, 'seconds')

export const filePath: ValueKind<string> = { takes: 'the path of a file', schema: z.string() }

export const folderPath: ValueKind<string> = { takes: 'the path of a folder', schema: z.string() }

/** One of the keys of `meanings`, in any case; its value is the result. */
function word<const Meaning>(takes: string, meanings: Record<string, Meaning>): ValueKind<Meaning> {
  const known = new Map(Object.entries(meanings))
  return {
    takes,
    schema: z.string().transform((value, context) => {
      const meaning = known.get(value.toLowerCase())
      if (meaning !== undefined) return meaning
      context.addIssue(takes)
      return z.NEVER
    }),
  }
}

export const flag: ValueKind<boolean> = word('true, false, 1, 0, yes, no, on or off', {
  true: true,
  1: true,
  yes: true,
  on: true,
  false: false,
  0: false,
  no: false,
  off: false,
})

export const unknownModels: ValueKind<'any' | 'refuse'> = word('any or refuse', {
  any: 'any',
  refuse: 'refuse',
})

/** Pino's levels; `silent` logs nothing. */
type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

export const logLevel: ValueKind<LogLevel> = word(
  'DEBUG, INFO, WARNING, ERROR, CRITICAL, TRACE, WARN, FATAL or SILENT, in any case',
  {
    trace: 'trace',
    debug: 'debug',
    info: 'info',
    warning: 'warn',
    warn: 'warn',
    error: 'error',
    critical: 'fatal',
    fatal: 'fatal',
    silent: 'silent',
  },
)

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i
const dottedDigits = /^[\d.]+$/

export const host: ValueKind<string> = {
  takes: 'an IP address or a host name',
  schema: z
    .string()
    .refine((value) => isIP(value) !== 0 || (hostName.test(value) && !dottedDigits.test(value))),
}

export const hosts: ValueKind<readonly string[]> = {
  takes: 'a comma-separated list of host names',
  schema: z
    .string()
    .transform((value) => splitList(value.toLowerCase()))
    .pipe(z.array(host.schema).min(1))
    .transform((list) => Object.freeze(list)),
}

// Characters that a header field can carry.
const credentialPattern = /^[\x21-\x7e]{1,512}$/

export const credential: ValueKind<string> = {
  takes: '1 to 512 printable ASCII characters without spaces',
  schema: z.string().regex(credentialPattern),
}

const splitList = (value: string): string[] => [
  ...new Set(
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  ),
]

export const credentials: ValueKind<readonly string[]> = {
  takes: 'a comma-separated list, each 1 to 512 printable ASCII characters without spaces',
  schema: z
    .string()
    .transform(splitList)
    .pipe(z.array(z.string().regex(credentialPattern)).min(1))
    .transform((list) => Object.freeze(list)),
}

/** @returns undefined if the text is not exactly an http or https origin. */
function asOrigin(value: string): string | undefined {
  const url = URL.parse(value)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  const bare = value.toLowerCase()
  const withDefaultPort = `${url.origin}:${url.protocol === 'https:' ? 443 : 80}`
  return bare === url.origin || bare === withDefaultPort ? url.origin : undefined
}

export const origins: ValueKind<'*' | readonly string[]> = {
  takes: '* or a comma-separated list of origins such as https://app.example.com',
  schema: z.string().transform((value, context): '*' | readonly string[] => {
    if (value === '*') return value
    const list = splitList(value).map(asOrigin)
    const valid = list.filter((origin) => origin !== undefined)
    if (valid.length > 0 && valid.length === list.length) return Object.freeze(valid)
    context.addIssue('not an origin')
    return z.NEVER
  }),
}

/** An address, or a range of addresses with the length of its prefix in bits. */
interface AddressRange {
  readonly address: string
  readonly prefix: number
}

/** @returns undefined if the text is neither an IP address nor a range in CIDR notation. */
function asAddressRange(value: string): AddressRange | undefined {
  const [address = '', length, more] = value.split('/', 3)
  const family = isIP(address)
  if (family === 0 || address.includes('%') || more !== undefined) return undefined
  const bits = family === 6 ? 128 : 32
  if (length === undefined) return { address, prefix: bits }
  return /^\d{1,3}$/.test(length) && Number(length) <= bits ? { address, prefix: Number(length) } : undefined
}

export const addressRanges: ValueKind<readonly AddressRange[]> = {
  takes: 'a comma-separated list of IP addresses and ranges such as 10.0.0.0/8',
  schema: z.string().transform((value, context): readonly AddressRange[] => {
    const list = splitList(value).map(asAddressRange)
    const valid = list.filter((range) => range !== undefined)
    if (valid.length > 0 && valid.length === list.length) return Object.freeze(valid)
    context.addIssue('not an address')
    return z.NEVER
  }),
}

const headerName = z.string().regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/)

/** Names of header fields that may go upstream, in lower case. */
export const headerNames: ValueKind<readonly string[]> = {
  takes:
    'a comma-separated list of names of header fields such as x-tenant-id, without credentials such as x-api-key and fields of the connection',
  schema: z
    .string()
    .transform((value) => splitList(value.toLowerCase()))
    .pipe(z.array(headerName.refine((name) => !isWithheldHeader(name))).min(1))
    .transform((list) => Object.freeze(list)),
}

// Characters that a subprotocol's name can carry. @see https://www.rfc-editor.org/rfc/rfc6455#section-4.1
const subprotocolPattern = /^[\w.~-]{1,512}$/

export const subprotocolToken: ValueKind<string> = {
  takes: '1 to 512 letters, digits, dots, hyphens, underscores and tildes',
  schema: z.string().regex(subprotocolPattern),
}

const withPort = /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]]+):(\d{1,5})$/i

/** @returns host:port with the host as URLs normalise it; undefined if the text is not host:port. */
function asTarget(value: string): string | undefined {
  const [, name = '', digits = ''] = withPort.exec(value) ?? []
  const port = Number(digits)
  if (name === '' || port < 1 || port > 65_535) return undefined
  const url = URL.parse(`http://${name}/`)
  return url === null || url.hostname === '' ? undefined : `${url.hostname}:${port}`
}

export const target: ValueKind<string> = {
  takes: 'host:port, such as load-balancer:8090 or [::1]:8000',
  schema: z.string().transform((value, context) => {
    const known = asTarget(value)
    if (known !== undefined) return known
    context.addIssue('not host:port')
    return z.NEVER
  }),
}

export const targets: ValueKind<readonly string[]> = {
  takes: 'a comma-separated list of host:port',
  schema: z
    .string()
    .transform(splitList)
    .pipe(z.array(target.schema).min(1))
    .transform((list) => Object.freeze(list)),
}

/** A map from host:port to host:port. */
export const rewrites: ValueKind<ReadonlyMap<string, string>> = {
  takes: 'none, or a comma-separated list such as localhost:8090=load-balancer:8090',
  schema: z.string().transform((value, context): ReadonlyMap<string, string> => {
    if (value.toLowerCase() === 'none') return new Map()
    const pairs = splitList(value).map((pair) => pair.split('=').map((end) => asTarget(end.trim())))
    const known = pairs.filter(
      (pair): pair is [string, string] => pair.length === 2 && !pair.includes(undefined),
    )
    if (known.length > 0 && known.length === pairs.length) return new Map(known)
    context.addIssue('not a rewrite')
    return z.NEVER
  }),
}
