/** How notes and frames are named in labels and messages. */

const MAX_SHOWN = 60

/** The first line of a text, shortened. */
export function noteTitle(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN - 1)}…` : line
}
