// Puts the name that the client asked for in place of the backend's, in a response that is passed on.
import { createModelScan } from '../json/replace-model.ts'
import type { Api } from '../apis/api.ts'
import type { ResponseReader } from './response-reader.ts'

/** @returns the bytes to send for these. */
type Rename = (bytes: Buffer) => Buffer

/** Of the typed events: `response` holds a response as it stands, `message` an Anthropic message. */
const EVENT_PARENTS: ReadonlySet<string> = new Set(['response', 'message'])
const NO_PARENTS: ReadonlySet<string> = new Set()
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const DATA = 'data:'

type Step = (byte: number) => 'keep' | 'drop' | 'replace'

function createRename(name: string, step: Step): Rename {
  const replacement = Buffer.from(JSON.stringify(name))
  return (bytes) => {
    const pieces: Buffer[] = []
    let from = 0
    let dropsFrom = -1
    for (let at = 0; at < bytes.length; at += 1) {
      const action = step(bytes[at] ?? 0)
      if (action === 'keep') continue
      if (dropsFrom === -1) {
        dropsFrom = at
        if (at > from) pieces.push(bytes.subarray(from, at))
      }
      from = at + 1
      if (action === 'drop') continue
      pieces.push(replacement)
      dropsFrom = -1
    }
    if (from === 0) return bytes
    if (from < bytes.length) pieces.push(bytes.subarray(from))
    return Buffer.concat(pieces)
  }
}

/** Feeds the data of each event of a stream to the scan. */
function createEventStep(): Step {
  const scan = createModelScan(EVENT_PARENTS)
  let lineLength = 0
  let isData = false
  let afterReturn = false
  return (byte) => {
    const isSecondHalf = afterReturn && byte === LINE_FEED
    afterReturn = byte === CARRIAGE_RETURN
    if (isSecondHalf) return 'keep'
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
      if (lineLength === 0) scan.reset()
      lineLength = 0
      return 'keep'
    }
    lineLength += 1
    if (lineLength > DATA.length) return isData ? scan.step(byte) : 'keep'
    isData = (lineLength === 1 || isData) && byte === DATA.charCodeAt(lineLength - 1)
    return 'keep'
  }
}

/** Of a whole JSON response, or of one object a line, in any chunks. */
export const createBodyRename = (name: string): Rename => createRename(name, createModelScan(NO_PARENTS).step)

/** Of a stream of events in any chunks. */
export const createStreamRename = (name: string): Rename => createRename(name, createEventStep())

/** @returns a reader of the same response that returns renamed bytes. */
export function renameModel(
  reader: ResponseReader,
  name: string,
  streamForm: Api['streamForm'],
): ResponseReader {
  const isEvents = reader.isStream && streamForm === 'events'
  const rename = isEvents ? createStreamRename(name) : createBodyRename(name)
  const renamed = (bytes: Buffer | null): Buffer | null => bytes && rename(bytes)
  return {
    ...reader,
    push: (chunk) => renamed(reader.push(chunk)),
    end: () => renamed(reader.end()),
  }
}
