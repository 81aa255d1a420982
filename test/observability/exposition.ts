// Parses Prometheus' text format and reports what promtool would report.

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: Sample[]
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const labelPair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy

function parseLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(labelPair)]
  if (pairs.map(([pair]) => pair).join('') !== text) throw new Error(`bad labels: ${text}`)
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
}

function parseSample(line: string): Sample {
  const [, name, labels = '', value] = sampleLine.exec(line) ?? []
  if (name === undefined || value === undefined) throw new Error(`bad line: ${line}`)
  return { name, labels: parseLabels(labels), value: value === '+Inf' ? Infinity : Number(value) }
}

/** Throws on lines that are not of the format, and on samples outside their family. */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('no newline at the end')
  const families = new Map<string, Family>()
  let current: Family | undefined
  let help = ''
  for (const line of text.split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? []
    if (keyword === 'HELP') help = rest
    else if (keyword === 'TYPE') {
      if (families.has(name)) throw new Error(`${name} comes twice`)
      current = { name, help, type: rest, samples: [] }
      families.set(name, current)
      help = ''
    } else if (line !== '') {
      const sample = parseSample(line)
      const base =
        current?.type === 'histogram' ? sample.name.replace(/_(bucket|sum|count)$/, '') : sample.name
      if (base !== current?.name) throw new Error(`${sample.name} is outside its family`)
      current.samples.push(sample)
    }
  }
  return families
}

const otherUnits =
  /_((nano|micro|milli|centi|deci|kilo|mega|giga|tera|kibi|mebi|gibi)\w*|minutes?|hours?|days?|weeks?|bits?|s|ms|us|ns|sec|b|kb|mb|gb|tb|pb|m|h|d)(_|$)/

function* problemsOfFamily({ name, help, type, samples }: Family): Generator<string> {
  if (help === '') yield `${name}: no help text`
  if (type === 'counter' && !name.endsWith('_total')) yield `${name}: counter without _total`
  if (type !== 'counter' && name.endsWith('_total')) yield `${name}: _total on a ${type}`
  if (type !== 'histogram' && /_(bucket|sum|count)$/.test(name)) yield `${name}: reserved suffix`
  if (/_(counter|gauge|histogram|summary)(_|$)/.test(name)) yield `${name}: type in its name`
  if (/[a-z][A-Z]/.test(name) || name.includes(':')) yield `${name}: not snake_case`
  if (otherUnits.test(name)) yield `${name}: not in base units`
  const seen = new Set<string>()
  for (const { name: series, labels } of samples) {
    const key = `${series} ${JSON.stringify(Object.entries(labels).sort())}`
    if (seen.has(key)) yield `${key}: comes twice`
    seen.add(key)
    if (type !== 'histogram' && 'le' in labels) yield `${key}: label le`
    if ('quantile' in labels) yield `${key}: label quantile`
    if (Object.keys(labels).some((label) => /[a-z][A-Z]/.test(label))) yield `${key}: label not snake_case`
  }
}

/**
 * What `promtool check metrics` complains of.
 * @see https://github.com/prometheus/client_golang/tree/main/prometheus/testutil/promlint
 */
export const lintExposition = (text: string): string[] =>
  [...parseExposition(text).values()].flatMap((family) => [...problemsOfFamily(family)])
