// Schemas of what says where requests go: of the gateway, of a block and of an endpoint.
import { z } from 'zod'

/** Which of the candidates of a request are eligible. */
export const routingMode = z.enum(['percentage', 'priority', 'balanced'])
export type RoutingMode = z.infer<typeof routingMode>

/** Which of the eligible endpoints takes a request. */
export const placement = z.enum(['quota_order', 'load', 'prefix'])
export type Placement = z.infer<typeof placement>

/** The gateway's where nothing else is set, in databases of earlier releases too. */
export const DEFAULT_PLACEMENT: Placement = 'prefix'

// Header fields that carry credentials: of a session they say nothing, and they must not be kept.
const credentialHeaders: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'x-admin-token',
  'cookie',
]

// A token of RFC 9110, in lower case.
const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/

/** @returns the name of the header field that tells sessions apart; undefined where none does. */
const headerOf = (affinity: string): string | undefined => /^header:(.*)$/s.exec(affinity)?.[1]

const isHeaderName = (name = 'x'): boolean => headerName.test(name)
const isCredential = (name = ''): boolean => credentialHeaders.includes(name)

export const sessionAffinity = z
  .string()
  .regex(
    /^(?:none|token|user|prompt_cache_key|header:.*)$/s,
    'takes none, token, user, prompt_cache_key or header:<name>',
  )
  .refine(
    (affinity) => isHeaderName(headerOf(affinity)),
    'takes the name of a header field in lower case, of 1 to 64 characters',
  )
  .refine((affinity) => !isCredential(headerOf(affinity)), 'takes no header field that carries a credential')
  .meta({
    description:
      'What tells the sessions of its clients apart, whose requests stay at one endpoint: the client token, the ' +
      "request's `user` or `prompt_cache_key`, or a header field, such as `header:x-session-id`. `none` for no sessions.",
  })

export const loadSource = z.enum(['none', 'vllm', 'sglang', 'llamacpp', 'tei', 'auto']).meta({
  description:
    'Whose names the metrics have that tell of its load. `auto` finds out; `none` asks for no metrics.',
})
