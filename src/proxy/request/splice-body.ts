// Sets the members that the balancer may add to a request or change in it, and leaves every other byte as the client sent it.
import { CLOSE_BRACE, OPEN_BRACE, skipSpace } from '../json/json-scan.ts'
import type { PreparedBody } from './prepare-body.ts'

interface SpliceOptions {
  /** Whether to request usage; no effect where the client requests it itself. */
  readonly includeUsage: boolean
  /** vLLM's `priority`; no effect where the client has set one. */
  readonly priority: number | undefined
  /** Replaces the client's name of the model; undefined for none. No effect where the client names none. */
  readonly model: string | undefined
}

/** Replaces the bytes from `start` to `end` by `text`. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

const INCLUDE_USAGE = '"include_usage":true'

/** @returns the edit that requests usage inside an existing `stream_options`; undefined where there is none. */
function editStreamOptions({ bytes, edits }: PreparedBody): Edit | undefined {
  const { streamOptions, includeUsage } = edits
  if (includeUsage) return { ...includeUsage, text: 'true' }
  if (!streamOptions) return undefined
  const { start, end } = streamOptions
  if (bytes[start] !== OPEN_BRACE) return { start, end, text: `{${INCLUDE_USAGE}}` }
  const isEmpty = bytes[skipSpace(bytes, start + 1, end)] === CLOSE_BRACE
  return { start: start + 1, end: start + 1, text: isEmpty ? INCLUDE_USAGE : `${INCLUDE_USAGE},` }
}

function collectEdits(prepared: PreparedBody, { includeUsage, priority, model }: SpliceOptions): Edit[] {
  const { bytes } = prepared
  const { priority: nullPriority, model: ownModel } = prepared.edits
  const inPlace: Edit[] = []
  const inserted: string[] = []
  if (model !== undefined && ownModel)
    inPlace.push({ ...ownModel, text: prepared.isForm ? model : JSON.stringify(model) })
  if (includeUsage && !prepared.asksUsage) {
    const edit = editStreamOptions(prepared)
    if (edit) inPlace.push(edit)
    else inserted.push(`"stream_options":{${INCLUDE_USAGE}}`)
  }
  if (priority !== undefined && !prepared.hasPriority) {
    if (nullPriority) inPlace.push({ ...nullPriority, text: String(priority) })
    else inserted.push(`"priority":${priority}`)
  }
  if (inserted.length > 0) {
    const insertAt = skipSpace(bytes, 0, bytes.length) + 1
    const isEmpty = bytes[skipSpace(bytes, insertAt, bytes.length)] === CLOSE_BRACE
    inPlace.push({ start: insertAt, end: insertAt, text: inserted.join(',') + (isEmpty ? '' : ',') })
  }
  return inPlace.sort((a, b) => a.start - b.start)
}

/** @returns the body to send upstream: the client's own Buffer where nothing is edited. */
export function spliceBody(prepared: PreparedBody, options: SpliceOptions): Buffer {
  const { bytes } = prepared
  const addsUsage = options.includeUsage && !prepared.asksUsage
  const addsPriority = options.priority !== undefined && !prepared.hasPriority
  if (!addsUsage && !addsPriority && options.model === undefined) return bytes
  const edits = collectEdits(prepared, options)
  const pieces: Buffer[] = []
  let copied = 0
  for (const { start, end, text } of edits) {
    pieces.push(bytes.subarray(copied, start), Buffer.from(text))
    copied = end
  }
  pieces.push(bytes.subarray(copied))
  return Buffer.concat(pieces)
}
