// A ServerResponse without a socket that records what is written to it, in the order of the calls.
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'

export interface ScriptedClient {
  readonly response: ServerResponse
  /** Whether the response has been ended or its connection is closed. */
  isOver(): boolean
  /** Calls that wrote to the response after its end; must stay empty. */
  readonly lateCalls: readonly string[]
  /** How often the server ended the response or cut its connection. */
  endings(): number
  text(): string
  /** The client closes the connection, or has read everything and the server closes it. */
  close(): void
  /** The client has read everything that was written. */
  drain(): void
}

/** @param fault - called before each write of the given name; may throw. */
export function createScriptedClient(fault: (name: 'writeHead' | 'write') => void): ScriptedClient {
  const lateCalls: string[] = []
  const written: string[] = []
  let isEnded = false
  let isClosed = false
  let endings = 0
  let isFull = false
  const record = (name: string): boolean => {
    if (!isEnded && !isClosed) return true
    lateCalls.push(name)
    return false
  }
  const raw = Object.assign(new EventEmitter(), {
    headersSent: false,
    writableFinished: false,
    writableLength: 0,
    writableEnded: false,
    destroyed: false,
    statusCode: 200,
    writeHead(status: number) {
      fault('writeHead')
      if (!record('writeHead')) return
      raw.headersSent = true
      raw.statusCode = status
    },
    write(chunk: Buffer | string) {
      fault('write')
      if (record('write')) written.push(chunk.toString())
      isFull = written.length % 2 === 0
      return !isFull
    },
    end(chunk?: Buffer | string) {
      if (!record('end')) return
      if (chunk !== undefined) written.push(chunk.toString())
      raw.headersSent = true
      isEnded = true
      raw.writableEnded = true
      endings += 1
    },
    destroy() {
      if (isClosed) return
      if (!isEnded) endings += 1
      close()
    },
  })
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    raw.destroyed = true
    raw.writableFinished = isEnded
    raw.emit('close')
  }
  return {
    response: raw as unknown as ServerResponse,
    isOver: () => isEnded || isClosed,
    lateCalls,
    endings: () => endings,
    text: () => written.join(''),
    close,
    drain() {
      if (isFull && !isClosed) raw.emit('drain')
      isFull = false
    },
  }
}
