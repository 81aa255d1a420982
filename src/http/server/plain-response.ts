// oxlint-disable max-classes-per-file -- node:http has a class for it too: its methods are the same for every request
// The response to a plain request, with what is used of a ServerResponse.
import { EventEmitter } from 'node:events'
import type { HttpResponse } from './http-messages.ts'
import type { PlainRequest } from './plain-request.ts'
import { writeResponseHead } from './response-fields.ts'

/** Up to this size copying is cheaper than writing in several pieces. */
const SHORT_BYTES = 8_192
const NOTHING = Buffer.alloc(0)

interface PlainResponseOptions {
  /** Whether the client takes no further response on the connection. */
  readonly closes: boolean
  readonly keepAliveS: number
  /** Called when the whole response has been given to the system, or cannot be. */
  readonly onFlushed: (error?: Error | null) => void
}

/** @returns bytes, or a text in latin1, in the form in which they are sent. */
function bytesOf(chunk: Uint8Array | string, encoding: 'latin1' | undefined): Buffer | string {
  if (typeof chunk === 'string') return encoding === undefined ? Buffer.from(chunk) : chunk
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

export class PlainResponse extends EventEmitter implements HttpResponse {
  readonly req: PlainRequest
  readonly #options: PlainResponseOptions
  /** What is not sent yet, as node:http does: one write takes it together with the first piece of the body. */
  #head = ''
  statusCode = 200
  headersSent = false
  chunkedEncoding = false
  /** Whether the connection is closed after the response. */
  closes: boolean
  writableEnded = false
  writableFinished = false
  destroyed = false

  constructor(request: PlainRequest, options: PlainResponseOptions) {
    super()
    this.req = request
    this.#options = options
    this.closes = options.closes
  }

  get writableLength(): number {
    return this.req.socket.writableLength + this.#head.length
  }

  get writableNeedDrain(): boolean {
    return this.req.socket.writableNeedDrain
  }

  writeHead(status: number, _reason: undefined, headers: readonly string[]): this {
    if (this.headersSent) throw new Error('the headers have been sent')
    const head = writeResponseHead(status, headers, this.closes, this.#options.keepAliveS)
    this.statusCode = status
    this.headersSent = true
    this.chunkedEncoding = head.isChunked
    this.closes = head.closes
    this.#head = `${head.text}\r\n`
    return this
  }

  /** An interim response, which a client skips. */
  writeContinue(): void {
    this.req.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1')
  }

  #send(data: Buffer | string, onSent?: (error?: Error | null) => void): boolean {
    if (!this.headersSent || this.chunkedEncoding)
      throw new Error('this comes before the headers, or is no chunk')
    const { socket } = this.req
    const head = this.#head
    this.#head = ''
    if (typeof data === 'string') return socket.write(head + data, 'latin1', onSent)
    if (head === '') return socket.write(data, onSent)
    if (data.length <= SHORT_BYTES) return socket.write(head + data.toString('latin1'), 'latin1', onSent)
    socket.cork()
    socket.write(head, 'latin1')
    const isTaken = socket.write(data, onSent)
    socket.uncork()
    return isTaken
  }

  write(chunk: Uint8Array | string, encoding?: 'latin1'): boolean {
    if (this.writableEnded || this.destroyed) return false
    return this.#send(bytesOf(chunk, encoding))
  }

  end(chunk?: Uint8Array | string, encoding?: 'latin1'): this {
    if (this.writableEnded || this.destroyed) return this
    this.writableEnded = true
    this.#send(chunk === undefined ? NOTHING : bytesOf(chunk, encoding), this.#options.onFlushed)
    return this
  }

  destroy(): this {
    this.req.socket.destroy()
    return this
  }

  /** The connection is closed, or the response has been given to the system as a whole. */
  close(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }
}
