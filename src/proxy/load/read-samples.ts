// Reads chosen samples of a text in Prometheus' format.

export interface Sample {
  /** As written: without the escapes undone. */
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

/** Several hundred engines behind one address have fewer; what follows is not read. */
const MAX_SAMPLES = 4_096

const nameAtStart = /[ \t]*([a-z_:][\w:]*)/iy
/** What follows the name: labels in braces, if any, and the value; perhaps a time after it. */
const restOfLine = /^[ \t]*(?:\{(.*)\}[ \t]*)?([^\s{}]+)/
const label = /[ \t,]*([a-z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/giy

function readSample(rest: string): Sample | undefined {
  const [, labels = '', value] = restOfLine.exec(rest) ?? []
  // Infinities and NaN stand in Prometheus' spelling, which `Number` does not know.
  const number = Number(value)
  if (!Number.isFinite(number)) return undefined
  const pairs = [...labels.matchAll(label)].map(([, name = '', text = '']) => [name, text] as const)
  return { labels: new Map(pairs), value: number }
}

/**
 * @param text - a last line that does not end is not read: its value may be cut.
 * @param names - whole names; the samples of all others are passed over.
 * @returns the finite samples of each name that has any.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function readSamples(
  text: string,
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly Sample[]> {
  const found = new Map<string, Sample[]>()
  let left = MAX_SAMPLES
  let start = 0
  for (let end = text.indexOf('\n'); end !== -1 && left > 0; end = text.indexOf('\n', start)) {
    nameAtStart.lastIndex = start
    const name = nameAtStart.exec(text)?.[1]
    if (name !== undefined && names.has(name)) {
      const sample = readSample(text.slice(nameAtStart.lastIndex, end))
      const samples = found.get(name)
      if (sample && samples) samples.push(sample)
      else if (sample) found.set(name, [sample])
      left -= 1
    }
    start = end + 1
  }
  return found
}
