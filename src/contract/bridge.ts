// The messages between the Load Producer and its WebSocket bridge: one JSON object in each text message.
import { z } from 'zod'

/** Where the bridge listens on its server. */
export const BRIDGE_PATH = '/ws'

/** The subprotocol to offer; beside it, where the bridge asks for a token, `bearer.TOKEN`. */
export const BRIDGE_PROTOCOL = 'load-producer.v3'

/** Largest message and largest body of an answer. */
export const MAX_BRIDGE_BYTES = 10 * 1024 * 1024

/** The sender's own; among the calls of a socket that are not over it names one. */
const callId = z.union([z.string().min(1).max(128), z.int()])
export type CallId = z.infer<typeof callId>

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/
// What an HTTP/1.1 field takes: bytes, no line breaks.
const headerValue = /^[\t\x20-\x7e\x80-\xff]{0,65536}$/

const method = z
  .string()
  .toUpperCase()
  .pipe(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']))

/** Starts a call. */
export const bridgeRequest = z.object({
  id: callId,
  type: z.literal('request').optional(),
  /** http or https, to a target that the bridge allows. */
  url: z.string().min(1).max(8192),
  method: method.default('GET'),
  headers: z.record(z.string().regex(headerName), z.string().regex(headerValue)).default({}),
  /** Text goes as it is, anything else as JSON; null and nothing are no body. */
  body: z.unknown().optional(),
  /** Whether the answer is wanted chunk by chunk; else it comes whole. */
  stream: z.boolean().default(false),
  /** From when the call is sent to the end of its answer; the bridge's own limit holds besides. */
  timeout_ms: z.int().min(1).max(86_400_000).optional(),
})
export type BridgeRequest = z.infer<typeof bridgeRequest>

/** Ends a call, waiting or running; it is answered with the error `cancelled`, or not at all where it is over. */
export const bridgeCancel = z.object({ id: callId, type: z.literal('cancel') })
export type BridgeCancel = z.infer<typeof bridgeCancel>

/** What the browser sends. */
export type BridgeCommand = z.input<typeof bridgeRequest> | BridgeCancel

export const bridgeErrorCode = z.enum([
  /** No end of the answer in time, or no connection. */
  'timeout',
  /** The connection could not be made, or broke. */
  'network',
  /** The bridge does not send to this target. */
  'refused_target',
  /** By a `cancel`. */
  'cancelled',
  /** The answer is larger than the bridge takes whole. */
  'too_large',
  /** The message is no JSON object with an id; `id` is null. */
  'bad_message',
  /** The message's fields cannot be used. */
  'bad_request',
])
export type BridgeErrorCode = z.infer<typeof bridgeErrorCode>

/** Milliseconds on the bridge's one monotonic clock, whose origin is arbitrary: only differences mean something. */
const instant = z.number()

/** null is for what never came to pass. */
const times = {
  /** When the call's message had arrived. */
  received_ms: instant.nullable(),
  /** When the bridge began to send it, which is before the connection was made where none was open. */
  sent_ms: instant.nullable(),
  /** When the answer's head had arrived. */
  first_byte_ms: instant.nullable(),
  end_ms: instant,
}

const status = z.int().min(100).max(999)

/** Names in lower case; a field that came more than once is joined with a comma. */
const answerHeaders = z.record(z.string(), z.string())

/** What the bridge sends. */
export const bridgeEvent = z.discriminatedUnion('type', [
  z.object({
    id: callId,
    type: z.literal('response'),
    status,
    headers: answerHeaders,
    body: z.string(),
    ...times,
  }),
  z.object({
    id: callId,
    type: z.literal('stream_start'),
    status,
    headers: answerHeaders,
    sent_ms: instant,
    at_ms: instant,
  }),
  z.object({
    id: callId,
    type: z.literal('stream_chunk'),
    /** Text of whole characters: one that was split in transit comes with its last byte. */
    data: z.string(),
    at_ms: instant,
  }),
  z.object({ id: callId, type: z.literal('stream_end'), ...times }),
  z.object({
    id: callId.nullable(),
    type: z.literal('error'),
    /** One sentence for people. */
    error: z.string(),
    code: bridgeErrorCode,
    ...times,
  }),
])
export type BridgeEvent = z.infer<typeof bridgeEvent>
