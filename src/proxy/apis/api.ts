// What an adapter of one forwarded call is: everything in which the calls differ.
import type { ServerResponse } from 'node:http'
import type { GatewayError } from '../../core/gateway-error.ts'
import type { TokenMeasure } from '../../core/routing/token-estimate.ts'
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
  send(raw: ServerResponse, headers: readonly string[], error: GatewayError, requestId: string): void
  /**
   * The last event of a stream that cannot go on. No `[DONE]` follows it.
   * @param sequenceNumber - one above the last of the stream, for calls that number their events.
   */
  event(error: GatewayError, sequenceNumber: number): string
  /** The same, as the first event, from the error response that an upstream sent in place of a stream. */
  upstreamEvent(body: Buffer, status: number): string
}

/** One call. All members are the same for every request, so that an adapter is a constant. */
export interface Api {
  /** Part of cache keys: two calls with the same body are different requests. */
  readonly name: string
  /** Joined to the endpoint's base URL, which ends in /v1. */
  readonly path: string
  /** The balancer's own routes: Fastify patterns. One without a parameter is matched exactly, before Fastify. */
  readonly urls: readonly string[]
  /** Which tokens of the usage are charged to an endpoint and a client token. */
  readonly tokenMeasure: TokenMeasure
  /** Whether a stream reports usage only where `stream_options.include_usage` requests it. */
  readonly endsInUsage: boolean
  readonly errors: ErrorWriter
  /** The name under which clients expect the request id, beside X-Request-ID. */
  readonly requestIdHeader?: string
  /** @throws gatewayError of status 400 where the body is not one that can be forwarded. */
  readRequest(bytes: Buffer): PreparedBody
  createResponseReader(options: ResponseReaderOptions): ResponseReader
  /**
   * Whether a request may be sent to another endpoint after a failure, as far as its body tells; called before the commit
   * only. Every request may today. A request with `store` or `background` leaves something behind at its endpoint and is
   * going to be refused here.
   */
  mayRepeat(prepared: PreparedBody): boolean
}
