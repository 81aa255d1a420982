// The messages between the Load Producer and its WebSocket bridge: one JSON object in each text message.
import { z } from 'zod'

/** The path of the bridge on its server. */
export const BRIDGE_PATH = '/ws'

/** The subprotocol to offer, together with `bearer.TOKEN` if the bridge requires a token. */
export const BRIDGE_PROTOCOL = 'load-producer.v3'

/** Largest message and largest response body, in bytes. */
export const MAX_BRIDGE_BYTES = 10 * 1024 * 1024

/** Chosen by the sender; unique among the running calls of a socket. */
const callId = z.union([z.string().min(1).max(128), z.int()])
export type CallId = z.infer<typeof callId>

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/
// An HTTP/1.1 field value: bytes without line breaks.
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
  /** A string is sent unchanged, any other value as JSON; null or absent sends no body. */
  body: z.unknown().optional(),
  /** Whether the response is sent chunk by chunk. Otherwise it is sent in one message. */
  stream: z.boolean().default(false),
  /** From sending the call to the end of its response. The bridge has a limit of its own in addition. */
  timeout_ms: z.int().min(1).max(86_400_000).optional(),
})
export type BridgeRequest = z.infer<typeof bridgeRequest>

/** Cancels a waiting or running call, which then ends with the error `cancelled`. Ignored if the call is over. */
export const bridgeCancel = z.object({ id: callId, type: z.literal('cancel') })
export type BridgeCancel = z.infer<typeof bridgeCancel>

/** A message from the browser. */
export type BridgeCommand = z.input<typeof bridgeRequest> | BridgeCancel

export const bridgeErrorCode = z.enum([
  /** The connection or the response took too long. */
  'timeout',
  /** The connection could not be made, or broke. */
  'network',
  /** The bridge does not send to this target. */
  'refused_target',
  /** A `cancel` ended the call. */
  'cancelled',
  /** The response exceeds the limit for responses in one message. */
  'too_large',
  /** The message is not a JSON object with an id; `id` is null. */
  'bad_message',
  /** The message has invalid fields. */
  'bad_request',
])
export type BridgeErrorCode = z.infer<typeof bridgeErrorCode>

/** Milliseconds on the bridge's monotonic clock. Its origin is arbitrary, so only differences are meaningful. */
const instant = z.number()

/** null for an event that did not happen. */
const times = {
  /** When the call's message arrived. */
  received_ms: instant.nullable(),
  /** When the bridge started to send the call, before it opened a connection if none was open. */
  sent_ms: instant.nullable(),
  /** When the response's headers arrived. */
  first_byte_ms: instant.nullable(),
  end_ms: instant,
}

const status = z.int().min(100).max(999)

/** Names in lower case; repeated fields are joined with a comma. */
const responseHeaders = z.record(z.string(), z.string())

/** A message from the bridge. */
export const bridgeEvent = z.discriminatedUnion('type', [
  z.object({
    id: callId,
    type: z.literal('response'),
    status,
    headers: responseHeaders,
    body: z.string(),
    ...times,
  }),
  z.object({
    id: callId,
    type: z.literal('stream_start'),
    status,
    headers: responseHeaders,
    sent_ms: instant,
    at_ms: instant,
  }),
  z.object({
    id: callId,
    type: z.literal('stream_chunk'),
    /** Whole characters: a character split between chunks is sent with its last byte. */
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
