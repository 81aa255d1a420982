// The figures of an engine, and their lines in Prometheus' text format.

export const finishReasons = ['stop', 'length', 'abort', 'error'] as const
export type FinishReason = (typeof finishReasons)[number]

export interface EngineFigures {
  readonly running: number
  readonly waiting: number
  /** Tokens of the prompts and responses that run. */
  readonly heldTokens: number
  readonly promptTokens: number
  readonly generatedTokens: number
  readonly ended: Readonly<Record<FinishReason, number>>
  /** Prompt tokens that were looked up in the prefix cache, and those found there. */
  readonly queriedTokens: number
  readonly hitTokens: number
}

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

export const labelsText = (labels: Readonly<Record<string, string | number>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(String(value))}"`)
    .join(',')}}`

/** @param series - the value, or the labels and the value of each series. */
export function metricText(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  series: number | readonly (readonly [labels: string, value: number])[],
): string {
  const all = typeof series === 'number' ? ([['', series]] as const) : series
  const lines = all.map(([labels, value]) => `${name}${labels} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
