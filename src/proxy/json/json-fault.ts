// Describes where a text stops being JSON without quoting it: V8's own messages contain parts of the prompt.

// Where V8 shortens the quoted snippet at its front, the fault is at this offset in it.
const V8_CONTEXT = 10

function faultOffset(text: string, message: string): number | undefined {
  if (message === 'Unexpected end of JSON input') return text.length
  const position = /in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)
  if (position) return Number(position[1])
  const quoted = /^Unexpected token '(.{1,2}?)', (\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/s.exec(message)
  const [, token = '', dots, snippet = ''] = quoted ?? []
  if (dots === undefined) return findOnly(snippet, token)
  const at = findOnly(text, snippet)
  return at === undefined ? undefined : at + V8_CONTEXT
}

/** @returns the index of `part`; undefined where it occurs not at all or more than once, which is ambiguous. */
function findOnly(text: string, part: string): number | undefined {
  const at = text.indexOf(part)
  return part !== '' && at !== -1 && text.indexOf(part, at + 1) === -1 ? at : undefined
}

/**
 * @param error - what JSON.parse threw for `text`.
 * @returns a phrase such as `near line 1, column 17` (both from 1); undefined where V8 does not report the position.
 */
export function describeFault(text: string, error: unknown): string | undefined {
  const offset = faultOffset(text, error instanceof Error ? error.message : '')
  if (offset === undefined) return undefined
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return `near line ${line}, column ${offset - before.lastIndexOf('\n')}`
}
