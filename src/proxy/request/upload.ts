// The body of a request that is passed on while it arrives, with back-pressure from the upstream to the client.
import type { HttpRequest } from '../../http/server/http-messages.ts'
import { Readable } from 'node:stream'
import { isGatewayError, type GatewayError } from '../../core/gateway-error.ts'
import type { Deadline, Deadlines } from '../../http/deadlines.ts'

export interface Upload {
  /** Of the whole body, in bytes; undefined where the client does not say it. */
  readonly length: number | undefined
  /** Whether a part of it has been sent: then no other endpoint can get it. */
  hasBegun(): boolean
  /**
   * Nothing is read before the stream is. A stream that is destroyed leaves the rest of the body to be discarded.
   * @param head - what has arrived already, as it is to be sent.
   * @param onFault - called once where the client's body cannot be read to its end, instead of an error of the stream.
   */
  open(head: Buffer, onFault: (fault: GatewayError) => void): Readable
}

interface UploadOptions {
  readonly request: HttpRequest
  readonly length: number | undefined
  /** Called with each further chunk. @throws gatewayError where the body must not go on. */
  readonly check: (chunk: Buffer) => void
  /** Of clients that send no byte. */
  readonly stalls: Deadlines<() => void>
  readonly stalled: () => GatewayError
}

/** @param options - of a request that is paused and has no listeners of its body. */
export function createUpload({ request, length, check, stalls, stalled }: UploadOptions): Upload {
  let hasBegun = false

  const open = (head: Buffer, onFault: (fault: GatewayError) => void): Readable => {
    let stall: Deadline<() => void> | undefined
    const endStall = (): void => {
      if (stall) stalls.remove(stall)
      stall = undefined
    }
    const fail = (fault: GatewayError): void => {
      detach()
      onFault(fault)
    }
    const onData = (chunk: Buffer): void => {
      endStall()
      try {
        check(chunk)
      } catch (error) {
        if (isGatewayError(error)) return fail(error)
        throw error
      }
      if (!stream.push(chunk)) request.pause()
    }
    const onEnd = (): void => {
      endStall()
      stream.push(null)
    }
    const detach = (): void => {
      endStall()
      request.off('data', onData).off('end', onEnd)
    }
    const begin = (): void => {
      hasBegun = true
      request.on('data', onData).on('end', onEnd)
      stream.push(head)
    }
    const stream = new Readable({
      read() {
        if (!hasBegun) begin()
        stall ??= stalls.add(() => fail(stalled()))
        request.resume()
      },
      destroy(error, done) {
        detach()
        if (hasBegun) request.resume()
        done(error)
      },
    })
    return stream
  }
  return { length, hasBegun: () => hasBegun, open }
}
