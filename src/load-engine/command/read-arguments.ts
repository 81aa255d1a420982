/** Reads the command line of the load producer. */
import { parseArgs } from 'node:util'
import { figureNames, parseFailCondition, type FailCondition } from './fail-if.ts'
import { reportFormatOf } from './report-files.ts'

export const usage = `Usage: load-producer run PLAN.json [options]

Runs the cards of a plan, all at once, and reports what it measured. A plan is a profile or a model configuration that
the page of the Load Producer has exported.

Options:
  --out FILE           Write a report, by its ending: .html, .json (can be imported into the page), requests.csv (the last
                       1,000 requests) or .csv (a row for each card). May be repeated.
  --fail-if CONDITION  Exit with 1 where the figure of any card is so, such as 'ttft_p95>500ms'. May be repeated.
  --file FILE          A trace or dataset that the plan names. May be repeated.
  --seconds N          Stop after so many seconds. A plan without an end needs it.
  -h, --help           Show this text.
  -v, --version        Show the version.

Figures: ${figureNames.filter((name) => !/_(?:mean|p50|p90|p99|max)$/.test(name)).join(', ')},
and mean, p50, p90, p99 and max in place of p95. A figure that a card lacks is a failure.

LOAD_PRODUCER_TOKEN is the key that the requests carry; plans have none.

Exit codes: 0 passed; 1 a condition of --fail-if is met; 2 the command line, the plan or a file cannot be used; 3 the
tester was the limit, so that the figures say nothing of the target; 130 interrupted.
`

export interface RunArguments {
  readonly plan: string
  readonly out: readonly string[]
  readonly failIf: readonly FailCondition[]
  readonly files: readonly string[]
  readonly seconds: number | null
}

export type Arguments =
  | { readonly command: 'help' | 'version' }
  | ({ readonly command: 'run' } & RunArguments)

const options = {
  out: { type: 'string', multiple: true },
  'fail-if': { type: 'string', multiple: true },
  file: { type: 'string', multiple: true },
  seconds: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

function readSeconds(text: string | undefined): number | null {
  if (text === undefined) return null
  const seconds = Number(text)
  if (!(seconds > 0) || seconds > 1_000_000)
    throw new Error(`--seconds takes a positive number, not '${text}'`)
  return seconds
}

/** @throws an Error with one sentence for people. */
export function readArguments(args: readonly string[]): Arguments {
  let parsed
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    // The sentences after the first explain how to pass an argument that looks like an option.
    throw new Error(error instanceof Error ? (error.message.split('. ')[0] ?? '') : 'unreadable command line')
  }
  const { values, positionals } = parsed
  if (values.help) return { command: 'help' }
  if (values.version) return { command: 'version' }
  const [command, plan, ...others] = positionals
  if (command !== 'run' || plan === undefined || others.length > 0)
    throw new Error('the command is: load-producer run PLAN.json')
  const out = values.out ?? []
  for (const path of out) reportFormatOf(path)
  return {
    command: 'run',
    plan,
    out,
    failIf: (values['fail-if'] ?? []).map(parseFailCondition),
    files: values.file ?? [],
    seconds: readSeconds(values.seconds),
  }
}
