// Sends a body that is read while it is sent, at the pace of the connection.
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { upstreamError } from './upstream-error.ts'

export interface StreamedBody {
  readonly stream: Readable
  /** Bytes; undefined where it is sent in chunks. */
  readonly length: number | undefined
}

interface SendListener {
  /** Called after each part of the body. */
  onProgress(): void
  onSent(): void
  /** Called where the body breaks off, or has another length than the head says. */
  onError(error: Error): void
}

function writeChunk(socket: Socket, chunk: Buffer): boolean {
  socket.cork()
  socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
  socket.write(chunk)
  const isReady = socket.write('\r\n', 'latin1')
  socket.uncork()
  return isReady
}

/** @returns a function that stops and destroys the body; no callback follows. */
export function sendStream(
  socket: Socket,
  { stream, length }: StreamedBody,
  listener: SendListener,
): () => void {
  let sent = 0
  let isStopped = false
  const stop = (): void => {
    isStopped = true
    stream.off('data', onData).off('end', onEnd).off('close', onClose)
    socket.off('drain', onDrain)
    stream.destroy()
  }
  const fail = (error: Error): void => {
    stop()
    listener.onError(error)
  }
  const onDrain = (): void => void stream.resume()
  const onData = (chunk: Buffer): void => {
    if (chunk.length === 0) return
    sent += chunk.length
    if (length !== undefined && sent > length)
      return fail(upstreamError('UPSTREAM_INVALID_REQUEST', 'the body is longer than its content-length'))
    if (!(length === undefined ? writeChunk(socket, chunk) : socket.write(chunk))) stream.pause()
    listener.onProgress()
  }
  const onEnd = (): void => {
    if (length !== undefined && sent !== length)
      return fail(upstreamError('UPSTREAM_INVALID_REQUEST', 'the body is shorter than its content-length'))
    stop()
    if (length === undefined) socket.write('0\r\n\r\n', 'latin1')
    listener.onSent()
  }
  const onError = (error: Error): void => {
    // A destroyed stream may still report one.
    if (!isStopped) fail(error)
  }
  const onClose = (): void => onError(upstreamError('UPSTREAM_INVALID_REQUEST', 'the body broke off'))
  if (stream.destroyed) {
    // While the connection was being opened.
    queueMicrotask(() => (stream.errored ? onError(stream.errored) : onClose()))
    return () => void (isStopped = true)
  }
  socket.on('drain', onDrain)
  stream.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onError)
  return stop
}
