// Finds one text field of a multipart body while the body arrives, whatever its chunks, in bounded memory.
import { isUtf8 } from 'node:buffer'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import type { ValueRange } from '../json/find-members.ts'
import { readParameters } from './read-parameters.ts'

export interface FieldScan {
  /**
   * @throws gatewayError of status 400 where the body is malformed, the field is too long, or it comes a second time:
   * servers differ in which of two they read.
   */
  push(chunk: Buffer): void
  /** undefined while the field has not ended. */
  value(): string | undefined
  /** Where the value stands in the body; undefined while the field has not ended. */
  range(): ValueRange | undefined
  /** Whether the last delimiter has been read. */
  isComplete(): boolean
}

type State = 'content' | 'delimiter' | 'headers' | 'complete'

const MAX_HEADER_BYTES = 8_192
const MAX_VALUE_BYTES = 4_096
const LINE_END = '\r\n'
const DASH = 0x2d
const SPACE = 0x20
const TAB = 0x09
const nothing = Buffer.alloc(0)

const malformed = (what: string): GatewayError =>
  gatewayError('LB_ERR_INVALID_BODY', `The body is not a valid multipart form: ${what}.`)

/** @param headers - of one part, without the empty line. @returns whether it is the text field of this name. */
function isField(headers: string, field: string): boolean {
  const unfolded = headers.replaceAll(/\r\n[\t ]+/g, ' ')
  const disposition = /^content-disposition:(.*)$/im.exec(unfolded)?.[1]
  if (disposition === undefined) return false
  const parameters = readParameters(disposition)
  // Servers differ in whether they decode `name*`.
  if (parameters === undefined || parameters.has('name*')) throw malformed('a part has no readable name')
  return parameters.get('name') === field && !parameters.has('filename')
}

/** Collects the bytes of the field's value. */
function createValue(field: string) {
  const bad = (detail: string) => gatewayError('LB_ERR_BAD_REQUEST', detail, { param: field })
  let pieces: Buffer[] | undefined
  let length = 0
  let value: string | undefined
  return {
    isOpen: () => pieces !== undefined,
    value: () => value,
    open(): void {
      if (value !== undefined) {
        const detail = `The body has the field "${field}" more than once.`
        throw gatewayError('LB_ERR_DUPLICATE_KEY', detail, { param: field })
      }
      pieces = []
    },
    add(bytes: Buffer): void {
      if (pieces === undefined) return
      length += bytes.length
      if (length > MAX_VALUE_BYTES) throw bad(`${field} may have ${MAX_VALUE_BYTES} bytes at most.`)
      pieces.push(Buffer.from(bytes))
    },
    close(): void {
      if (pieces === undefined) return
      const bytes = Buffer.concat(pieces)
      if (!isUtf8(bytes)) throw bad(`${field} must be UTF-8.`)
      value = bytes.toString('utf8')
      pieces = undefined
    },
  }
}

/** @param boundary - of the content type. @param field - the name of the part that is searched. */
export function createFieldScan(boundary: string, field: string): FieldScan {
  const delimiter = Buffer.from(`${LINE_END}--${boundary}`, 'latin1')
  const value = createValue(field)
  let state: State = 'content'
  // The first delimiter may begin the body, without a line end before it.
  let carry: Buffer = Buffer.from(LINE_END)
  /** Where `carry` begins in the body. */
  let carryAt = -LINE_END.length
  let valueAt = 0
  let range: ValueRange | undefined
  /** Whether what is left of the bytes does not suffice for the next step. */
  let isShort = false

  /** Each returns the index up to which the bytes have been read. */
  const steps: Record<Exclude<State, 'complete'>, (bytes: Buffer, at: number) => number> = {
    content(bytes, at) {
      const found = bytes.indexOf(delimiter, at)
      isShort = found === -1
      const end = isShort ? Math.max(at, bytes.length - delimiter.length + 1) : found
      value.add(bytes.subarray(at, end))
      if (isShort) return end
      if (value.isOpen()) range = { start: valueAt, end: carryAt + end }
      value.close()
      state = 'delimiter'
      return found + delimiter.length
    },
    delimiter(bytes, at) {
      let end = at
      while (bytes[end] === SPACE || bytes[end] === TAB) end += 1
      if (end - at > MAX_HEADER_BYTES) throw malformed('a delimiter is too long')
      isShort = bytes.length - end < LINE_END.length
      if (isShort) return at
      if (end === at && bytes[at] === DASH && bytes[at + 1] === DASH) state = 'complete'
      else if (bytes.toString('latin1', end, end + LINE_END.length) === LINE_END) state = 'headers'
      else throw malformed('a delimiter is followed by other bytes')
      return end
    },
    /** From the line end of the delimiter, so that a part without headers needs no step of its own. */
    headers(bytes, at) {
      const end = bytes.indexOf(LINE_END + LINE_END, at, 'latin1')
      isShort = end === -1
      if ((isShort ? bytes.length : end) - at > MAX_HEADER_BYTES)
        throw malformed(`the headers of a part may have ${MAX_HEADER_BYTES} bytes at most`)
      if (isShort) return at
      const contentAt = end + 2 * LINE_END.length
      if (isField(bytes.toString('latin1', at + LINE_END.length, end), field)) {
        value.open()
        valueAt = carryAt + contentAt
      }
      state = 'content'
      return contentAt
    },
  }

  /** @returns the bytes to read: the chunk itself where nothing before it can belong to a delimiter. */
  const joined = (chunk: Buffer): Buffer => {
    if (carry.length === 0) return chunk
    const rest = delimiter.length - 1
    if (state === 'content' && !value.isOpen() && chunk.length >= rest) {
      const seam = Buffer.concat([carry, chunk.subarray(0, rest)])
      if (!seam.includes(delimiter)) {
        carryAt += carry.length
        return chunk
      }
    }
    return Buffer.concat([carry, chunk])
  }

  return {
    push(chunk) {
      if (state === 'complete') return
      const bytes = joined(chunk)
      let at = 0
      isShort = false
      // Every step reads on, changes the state, or is short of bytes.
      while (!isShort) {
        if ((state as State) === 'complete') break
        at = steps[state](bytes, at)
      }
      carryAt += at
      carry = (state as State) === 'complete' ? nothing : Buffer.from(bytes.subarray(at))
    },
    value: value.value,
    range: () => range,
    isComplete: () => state === 'complete',
  }
}
