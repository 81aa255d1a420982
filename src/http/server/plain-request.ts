// oxlint-disable max-classes-per-file -- node:http has a class for it too: its methods are the same for every request
// A request that the balancer has read itself, with what is used of an IncomingMessage.
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { HttpRequest } from './http-messages.ts'
import { copyOf } from '../copy-bytes.ts'
import type { RequestHead } from './request-head.ts'

export class PlainRequest extends EventEmitter implements HttpRequest {
  readonly method = 'POST'
  readonly httpVersion = '1.1'
  readonly url: string
  readonly headers: RequestHead['headers']
  readonly rawHeaders: RequestHead['rawHeaders']
  readonly socket: Socket
  complete = false
  destroyed = false
  /** The whole body, while the request is being begun; valid during the call only. */
  arrived: Buffer | undefined
  #isPaused = false
  /** Whether `end` is to be emitted once it is resumed, as node:http does: nobody may listen while it is paused. */
  #mustTellEnd = false

  constructor({ url, headers, rawHeaders }: RequestHead, socket: Socket) {
    super()
    this.url = url
    this.headers = headers
    this.rawHeaders = rawHeaders
    this.socket = socket
  }

  takeBody(): Buffer | undefined {
    const { arrived } = this
    if (arrived === undefined) return undefined
    this.arrived = undefined
    this.complete = true
    return copyOf(arrived)
  }

  /** The body has arrived in full. */
  end(): void {
    this.complete = true
    if (this.#isPaused) this.#mustTellEnd = true
    else this.emit('end')
  }

  /** The client can send no more of the body. */
  close(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }

  pause(): this {
    this.#isPaused = true
    this.socket.pause()
    return this
  }

  resume(): this {
    this.#isPaused = false
    this.socket.resume()
    if (this.#mustTellEnd) {
      this.#mustTellEnd = false
      this.emit('end')
    }
    return this
  }
}
