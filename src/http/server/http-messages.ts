// What is used of a client's request and of its response, whether node:http or `PlainRequest` and `PlainResponse` stand for them.
import type { IncomingHttpHeaders } from 'node:http'

export interface HttpRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersion: string
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** As they arrived: name, value, name, value. */
  readonly rawHeaders: readonly string[]
  readonly socket: { readonly remoteAddress?: string | undefined }
  /** Whether the body has arrived in full. */
  readonly complete: boolean
  /** Whether no more of the body can arrive. */
  readonly destroyed: boolean
  on(event: 'data', listener: (chunk: Buffer) => void): this
  on(event: 'end' | 'close', listener: () => void): this
  once(event: 'end' | 'close', listener: () => void): this
  off(event: 'data', listener: (chunk: Buffer) => void): this
  off(event: 'end' | 'close', listener: () => void): this
  /** @returns the whole body, if it has arrived together with the head; no event tells of it then. */
  takeBody?(): Buffer | undefined
  pause(): this
  resume(): this
}

export interface HttpResponse {
  readonly req: HttpRequest
  readonly statusCode: number
  /** Whether the status and the headers are settled. */
  readonly headersSent: boolean
  /** Whether the body has to be sent in chunks. The caller frames them, and sets it to false first. */
  chunkedEncoding: boolean
  /** Bytes that the client has not taken yet. */
  readonly writableLength: number
  readonly writableNeedDrain: boolean
  readonly writableEnded: boolean
  /** Whether all of the response has been given to the system. */
  readonly writableFinished: boolean
  readonly destroyed: boolean
  /**
   * @param reason - the phrase is that of the status.
   * @param headers - name, value, name, value.
   */
  writeHead(status: number, reason: undefined, headers: string[]): this
  /** @returns false where the client reads too slowly: `drain` follows. */
  write(chunk: Uint8Array | string): boolean
  write(text: string, encoding: 'latin1'): boolean
  end(chunk?: Uint8Array | string): this
  end(text: string, encoding: 'latin1'): this
  /** Cuts the connection. */
  destroy(): this
  on(event: 'close' | 'error', listener: () => void): this
  once(event: 'drain' | 'finish' | 'close', listener: () => void): this
}
