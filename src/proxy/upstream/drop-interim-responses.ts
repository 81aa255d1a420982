// Removes interim responses (1xx) from what is read of an upstream. undici fails a request at a `100 Continue` that it has not
// asked for, and waits anew at every other one, so that a series of them would never time out.
import type { Socket } from 'node:net'

const INTERIM = 'HTTP/1.1 1'
const STATUS_CLASS_AT = INTERIM.length - 1
const ONE = 0x31
const SWITCHING_PROTOCOLS = 'HTTP/1.1 101'
const HEAD_END = '\r\n\r\n'
// undici refuses a longer head.
const MAX_HEAD_BYTES = 16_384

/** Whether the bytes begin as `expected` does, as far as they go. The minor version may be 0 or 1. */
function beginsAs(bytes: Buffer, expected: string): boolean {
  const text = bytes.toString('latin1', 0, expected.length).replace('HTTP/1.0', 'HTTP/1.1')
  return expected.startsWith(text)
}

/** @returns what follows the interim responses, and whether it is known to be none itself. */
function skipInterim(bytes: Buffer): { readonly rest: Buffer; readonly isWhole: boolean } {
  // Nearly always the final response, which is told by one byte.
  if (bytes.length > STATUS_CLASS_AT && bytes[STATUS_CLASS_AT] !== ONE) return { rest: bytes, isWhole: true }
  let rest = bytes
  for (;;) {
    const isInterim =
      beginsAs(rest, INTERIM) &&
      !(rest.length >= SWITCHING_PROTOCOLS.length && beginsAs(rest, SWITCHING_PROTOCOLS))
    if (!isInterim || rest.length > MAX_HEAD_BYTES) return { rest, isWhole: true }
    const end = rest.indexOf(HEAD_END)
    if (end === -1) return { rest, isWhole: false }
    rest = rest.subarray(end + HEAD_END.length)
    if (rest.length === 0) return { rest, isWhole: false }
  }
}

/** Changes what the socket's `read` returns between a write and the final response to it. */
export function dropInterimResponses(socket: Socket): void {
  let awaitsResponse = false
  let held: Buffer | undefined
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null
  const write = socket.write.bind(socket) as (chunk: unknown, encoding: unknown, done: unknown) => boolean
  socket.write = (chunk: unknown, encoding?: unknown, done?: unknown) => {
    awaitsResponse = true
    return write(chunk, encoding, done)
  }
  socket.read = (size?: number) => {
    // With a size of 0, by which Node.js fetches more, it returns nothing.
    if (!awaitsResponse || size === 0) return read(size)
    for (;;) {
      const chunk = read()
      if (chunk === null) return null
      const { rest, isWhole } = skipInterim(held ? Buffer.concat([held, chunk]) : chunk)
      held = isWhole || rest.length === 0 ? undefined : rest
      if (!isWhole) continue
      awaitsResponse = false
      return rest
    }
  }
}
