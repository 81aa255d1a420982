// Writes the board's figures as a table, and what may have been the limit besides the balancer.
import { SLOW_MS, STALL_MS, type Board, type BoardOptions, type Run } from './measure-board.ts'

/** Beyond it what is not the balancer may have been the limit. */
const LIMIT_PERCENT = 90

const percent = (value: number): string => `${value.toFixed(0)} %`
const perSecond = (run: Run): string => `${Math.round(run.perSecond)} /s`

const row = (name: string, figure: string, run: Run): string =>
  `  ${name.padEnd(42)}${figure.padStart(16)}${[
    ...[run.balancerPercent, run.upstreamPercent, run.busyPercent, run.machinePercent],
  ]
    .map((each) => percent(each).padStart(11))
    .join('')}`

/** In microseconds. */
const added = (through: number, direct: number): string => `${Math.round(1000 * (through - direct))} us`

const limits = (name: string, { upstreamPercent, busyPercent, machinePercent }: Run): string[] =>
  [
    { what: 'the upstream', share: upstreamPercent, of: 'its core' },
    { what: 'the load generator', share: busyPercent, of: 'its core' },
    { what: 'the machine', share: machinePercent, of: 'all cores' },
  ]
    .filter(({ share }) => share > LIMIT_PERCENT)
    .map(({ what, share, of }) => `  ${name}: ${what} may have been the limit, ${percent(share)} of ${of}`)

export function printBoard({ workers, upstreams, generators }: BoardOptions, board: Board): string {
  const { max, slow, direct, through, streams, stalled } = board
  const rows: (readonly [string, string, Run])[] = [
    [`most, ${max.connections} connections`, perSecond(max), max],
    [`upstream of ${SLOW_MS} ms, ${slow.connections} connections`, perSecond(slow), slow],
    ['added at one connection, p50', added(through.p50Ms, direct.p50Ms), through],
    ['added at one connection, p99', added(through.p99Ms, direct.p99Ms), through],
  ]
  if (streams) rows.push(['streams without a stall', `${streams.connections}`, streams])
  if (stalled)
    rows.push([
      `${stalled.connections} streams, longest stall`,
      `${Math.round(stalled.longestStallMs)} ms`,
      stalled,
    ])
  return [
    `\nThe board: workers ${workers}, ${upstreams} upstream(s), ${generators} load generator(s)`,
    `CPU time in percent of one core, of the balancer's processes together and of the busiest of the others; of all cores the machine's.`,
    `A stall is longer than ${STALL_MS} ms.`,
    `${''.padEnd(60)}${['balancer', 'upstream', 'generator', 'machine'].map((each) => each.padStart(11)).join('')}`,
    ...rows.map((each) => row(...each)),
    ...rows.filter(([name]) => !name.startsWith('added')).flatMap(([name, , run]) => limits(name, run)),
    '',
  ].join('\n')
}
