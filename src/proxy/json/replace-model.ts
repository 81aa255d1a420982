// Replaces the model's name in JSON while it is passed on, whatever its chunks, and holds nothing back.
import { BACKSLASH, CLOSE_BRACE, COLON, COMMA, OPEN_BRACE, QUOTE, closes, opens } from './json-scan.ts'

/** Reads one JSON text byte by byte. */
export interface ModelScan {
  /** To be called before another text. */
  reset(): void
  /** @returns `drop` within the old name, `replace` for its last byte, `keep` for all others. */
  step(byte: number): 'keep' | 'drop' | 'replace'
}

// Longer than any key of interest.
const MAX_KEY_BYTES = 12

/**
 * @param parents - keys of the outermost object whose values, where they are objects, have a model's name too.
 */
export function createModelScan(parents: ReadonlySet<string>): ModelScan {
  let depth = 0
  /** The depth of the innermost open object of interest: 1, or 2 inside of a parent. */
  let objectDepth = 0
  let inString = false
  let isEscaped = false
  let expectsKey = false
  let isKey = false
  let isDropping = false
  let key = ''

  const stepInString = (byte: number): 'keep' | 'drop' | 'replace' => {
    const ends = byte === QUOTE && !isEscaped
    isEscaped = byte === BACKSLASH && !isEscaped
    if (ends) inString = false
    else if (isKey && key.length < MAX_KEY_BYTES) key += String.fromCharCode(byte)
    if (!isDropping) return 'keep'
    isDropping = !ends
    return ends ? 'replace' : 'drop'
  }

  const open = (byte: number): void => {
    depth += 1
    const isOfInterest = depth === 1 || (depth === 2 && objectDepth === 1 && parents.has(key))
    if (byte === OPEN_BRACE && isOfInterest) {
      objectDepth = depth
      expectsKey = true
    }
  }

  return {
    reset() {
      depth = objectDepth = 0
      inString = isEscaped = expectsKey = isKey = isDropping = false
      key = ''
    },
    step(byte) {
      if (inString) return stepInString(byte)
      if (byte === QUOTE) {
        inString = true
        const isMember = depth === objectDepth && depth > 0
        isKey = isMember && expectsKey
        isDropping = isMember && !expectsKey && key === 'model'
        if (isKey) key = ''
        return isDropping ? 'drop' : 'keep'
      }
      if (opens(byte)) open(byte)
      else if (closes(byte)) {
        if (byte === CLOSE_BRACE && depth === objectDepth) objectDepth -= 1
        depth -= 1
      } else if (depth === objectDepth) {
        if (byte === COLON) expectsKey = false
        else if (byte === COMMA) expectsKey = true
      }
      return 'keep'
    },
  }
}
