// Reads short members of JSON objects while they are passed on, in constant memory and whatever their chunks.
import {
  CLOSE_BRACE,
  COLON,
  COMMA,
  OPEN_BRACE,
  QUOTE,
  closes,
  endsInEscape,
  findClosingQuote,
  opens,
} from './json-scan.ts'

export interface MemberListener {
  /**
   * Called for each member of the outermost object, and of an object that is one of its members.
   * @param parent - the key of the member that has this one; empty for a member of the outermost object.
   * @param value - the JSON text of a scalar, shortened in its middle; `{` or `[` alone where an object or array begins.
   */
  onMember(parent: string, key: string, value: string): void
  /** Called when the outermost object has closed. */
  onClose(): void
}

export interface MemberScan {
  push(chunk: Buffer, start: number, end: number): void
  /** Begins another text, whatever is open. */
  reset(): void
  /** Whether an outermost object has begun and not closed. */
  isInside(): boolean
}

// Longer than any key of interest, and than any count.
const MAX_CHARACTERS = 32
const SPACE = 0x20

const isStructural = (byte: number): boolean => byte === QUOTE || opens(byte) || closes(byte)

interface State {
  depth: number
  /** The depth of the innermost open object whose members are read, 1 or 2; 0 for none. */
  objectDepth: number
  inString: boolean
  /** Whether the last chunk ended with the backslash of an escape. */
  isEscaped: boolean
  expectsKey: boolean
  parent: string
  key: string
  value: string
}

const initial = (): State => ({
  depth: 0,
  objectDepth: 0,
  inString: false,
  isEscaped: false,
  expectsKey: false,
  parent: '',
  key: '',
  value: '',
})

const isRead = ({ depth, objectDepth }: State): boolean => depth > 0 && depth === objectDepth

const appended = (text: string, added: string): string =>
  text.length < MAX_CHARACTERS ? text + added.slice(0, MAX_CHARACTERS - text.length) : text

/** Scans the rest of a string. @returns the index after it, or `end`. */
function readString(state: State, chunk: Buffer, at: number, end: number): number {
  const from = state.isEscaped ? at + 1 : at
  const quote = findClosingQuote(chunk, from, end)
  const textEnd = quote === -1 ? end : quote
  if (isRead(state)) {
    const text = chunk.toString('latin1', at, Math.min(textEnd, at + MAX_CHARACTERS))
    if (state.expectsKey) state.key = appended(state.key, text)
    else state.value = appended(state.value, text)
  }
  state.inString = quote === -1
  state.isEscaped = state.inString && endsInEscape(chunk, from, end)
  if (state.inString) return end
  if (isRead(state) && !state.expectsKey) state.value += '"'
  return textEnd + 1
}

function report(state: State, { onMember }: MemberListener): void {
  if (state.value !== '') onMember(state.parent, state.key, state.value)
  state.value = ''
}

function open(state: State, byte: number, { onMember }: MemberListener): void {
  if (isRead(state)) onMember(state.parent, state.key, String.fromCharCode(byte))
  state.depth += 1
  if (byte !== OPEN_BRACE || state.depth > 2 || state.objectDepth !== state.depth - 1) return
  state.parent = state.depth === 1 ? '' : state.key
  state.objectDepth = state.depth
  state.expectsKey = true
}

function close(state: State, byte: number, listener: MemberListener): void {
  if (state.depth === 0) return
  if (isRead(state) && byte === CLOSE_BRACE) {
    report(state, listener)
    state.objectDepth -= 1
    state.parent = ''
    state.expectsKey = false
    if (state.objectDepth === 0) listener.onClose()
  }
  state.depth -= 1
}

/** Processes one byte outside of strings. */
function step(state: State, byte: number, listener: MemberListener): void {
  if (byte === QUOTE) {
    state.inString = true
    if (!isRead(state)) return
    if (state.expectsKey) state.key = ''
    else state.value = '"'
  } else if (opens(byte)) open(state, byte, listener)
  else if (closes(byte)) close(state, byte, listener)
  else if (!isRead(state) || byte <= SPACE) return
  else if (byte === COLON) state.expectsKey = false
  else if (byte === COMMA) {
    report(state, listener)
    state.expectsKey = true
  } else if (!state.expectsKey) state.value = appended(state.value, String.fromCharCode(byte))
}

/** Texts may follow each other; what is not well-formed yields members that mean nothing. */
export function createMemberScan(listener: MemberListener): MemberScan {
  let state = initial()
  return {
    push(chunk, start, end) {
      let at = start
      while (at < end) {
        if (state.inString) {
          at = readString(state, chunk, at, end)
          continue
        }
        if (!isRead(state)) while (at < end && !isStructural(chunk[at] as number)) at += 1
        if (at < end) step(state, chunk[at++] as number, listener)
      }
    },
    reset() {
      state = initial()
    },
    isInside: () => state.objectDepth > 0,
  }
}
