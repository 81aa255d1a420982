// Says where a text stops being JSON without quoting it: V8's own messages repeat parts of the prompt.

// A snippet that V8 quotes with dots before it starts this far before the fault.
const V8_CONTEXT = 10

function faultOffset(text: string, message: string): number | undefined {
  if (message === 'Unexpected end of JSON input') return text.length
  const told = /in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)
  if (told) return Number(told[1])
  const quoted = /^Unexpected token '(.{1,2}?)', (\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/s.exec(message)
  const [, token = '', dots, snippet = ''] = quoted ?? []
  if (dots === undefined) return findOnly(snippet, token)
  const at = findOnly(text, snippet)
  return at === undefined ? undefined : at + V8_CONTEXT
}

/** @returns where `part` is if it is there once: of several any could be meant. */
function findOnly(text: string, part: string): number | undefined {
  const at = text.indexOf(part)
  return part !== '' && at !== -1 && text.indexOf(part, at + 1) === -1 ? at : undefined
}

/**
 * @param error - what JSON.parse threw for `text`.
 * @returns a phrase such as `near line 1, column 17` (both from 1), or undefined where V8 leaves the place open.
 */
export function describeFault(text: string, error: unknown): string | undefined {
  const offset = faultOffset(text, error instanceof Error ? error.message : '')
  if (offset === undefined) return undefined
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return `near line ${line}, column ${offset - before.lastIndexOf('\n')}`
}
