// What an adapter of one forwarded call is: everything in which the calls differ.
import type { HttpResponse } from '../../http/server/http-messages.ts'
import type { ApiName } from '../../contract/objects/api-names.ts'
import type { GatewayError } from '../../core/gateway-error.ts'
import type { TokenMeasure } from '../../core/routing/token-estimate.ts'
import type { ObjectKind } from '../objects/object-kinds.ts'
import type { PreparedBody } from '../request/prepare-body.ts'
import type { ResponseReader, ResponseReaderOptions } from '../response/response-reader.ts'

/** Writes errors in the form that the call's clients read. */
export interface ErrorWriter {
  /** The status under which clients get the error. */
  statusOf(error: GatewayError): number
  /**
   * Sends a complete error response.
   * @param headers - of every response of the balancer: name, value, name, value.
   */
  send(raw: HttpResponse, headers: readonly string[], error: GatewayError, requestId: string): void
  /**
   * The last event or line of a stream that cannot go on. No `[DONE]` follows it.
   * @param sequenceNumber - one above the last of the stream, for calls that number their events.
   */
  event(error: GatewayError, sequenceNumber: number): string
  /** The same, as the first event, from the error response that an upstream sent in place of a stream. */
  upstreamEvent(body: Buffer, status: number): string
}

/** A URL of the balancer under which a call is served, and where it goes. */
export interface ApiRoute {
  /** A Fastify pattern. One without a parameter is matched exactly, before Fastify. */
  readonly url: string
  /** On a backend whose base URL ends in /v1, with the same parameters as the URL, the pool apart; see upstreamPath. */
  readonly path: string
}

/** What a request asks for: a call, and how it was addressed. */
export interface AddressedCall {
  readonly api: Api
  /** As in ApiRoute, with the values of its parameters. */
  readonly path: string
  /** The object that the path names; undefined where it names none. */
  readonly objectId: string | undefined
  /** Of the client's URL, with its question mark; empty where it has none. */
  readonly query: string
}

/** One call. All members are the same for every request, so that an adapter is a constant. */
export interface Api {
  readonly name: ApiName
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly routes: readonly ApiRoute[]
  /** Which tokens of the usage are charged to an endpoint and a client token. */
  readonly tokenMeasure: TokenMeasure
  /** Whether a stream reports usage only where `stream_options.include_usage` requests it. */
  readonly endsInUsage: boolean
  /** Whether engines take vLLM's `priority` in the body. */
  readonly takesPriority: boolean
  readonly errors: ErrorWriter
  /** Server-sent events, among which comments may stand, or JSON with one object a line. */
  readonly streamForm: 'events' | 'lines'
  /** The name under which clients expect the request id, beside X-Request-ID. */
  readonly requestIdHeader?: string
  /** What the path names where it has an `:id`; undefined where no path does. */
  readonly pathObject: ObjectKind | undefined
  /** Whether an equal request may be served with the response of an earlier one. */
  readonly isCacheable: boolean
  /** Whether the body is a multipart form, which is read by the upload reader and not by `readRequest`. */
  readonly takesForm: boolean
  /** @throws gatewayError of status 400 where the body is not one that can be forwarded. */
  readRequest(bytes: Buffer): PreparedBody
  createResponseReader(options: ResponseReaderOptions): ResponseReader
  /**
   * Whether a request may be sent again after an endpoint may have begun to work on it, as far as its body tells; called
   * before the commit only. What leaves an object behind at its endpoint may not.
   */
  mayRepeat(prepared: PreparedBody): boolean
}
