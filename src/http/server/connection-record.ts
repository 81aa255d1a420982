// What is known of a client connection that serves plain requests: records that plain-connection.ts works on.
import type { Socket } from 'node:net'
import type { Deadline, Deadlines } from '../deadlines.ts'
import type { PlainRequest } from './plain-request.ts'
import type { PlainResponse } from './plain-response.ts'

interface ConnectionTimes {
  /** Closes connections that have been idle for too long. */
  readonly idle: Deadlines<PlainConnection>
  /** Refuses requests whose bodies take too long. */
  readonly body: Deadlines<PlainConnection>
}

export interface PlainConnectionOptions {
  /** Seconds after which an idle connection is closed, as clients are told. */
  readonly keepAliveS: number
  readonly times: ConnectionTimes
  /** @returns false, with nothing done, where the request is not served here. */
  readonly serve: (request: PlainRequest, response: PlainResponse) => boolean
}

/** What node:http does for a connection. */
export interface OtherServer {
  /** Serves it from the given bytes on. */
  handOver(bytes: Buffer): void
  /** Sends a refusal, and closes it. */
  refuse(error: Error): void
}

export interface PlainConnection {
  readonly socket: Socket
  readonly options: PlainConnectionOptions
  readonly server: OtherServer
  /** That has not been read to its end, or whose response has not been sent. */
  request: PlainRequest | undefined
  /** Until it has been given to the system as a whole. */
  response: PlainResponse | undefined
  /** Bytes of the request's body that are still to come. */
  bodyRest: number
  /** While it is idle. */
  idleTime: Deadline<PlainConnection> | undefined
  /** While a body is arriving. */
  bodyTime: Deadline<PlainConnection> | undefined
  /** What came behind the request. */
  held: Buffer | undefined
  /** Whether the client has had a response. */
  hasServed: boolean
  /** Whether the client has closed its side. */
  hasEnded: boolean
  /** Whether nothing that is read any more is a request. */
  isClosing: boolean
}
