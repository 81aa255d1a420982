// The board's benchmark runs on any machine, and prints its table.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { projectFolder, SLOW_MS } from '../../support/daemon-process.ts'
import type { Board, Run } from './measure-board.ts'
import { printBoard } from './print-board.ts'
import { isFull } from '../../support/effort.ts'

const BENCH = ['test/bench/bench.ts', 'board', '--seconds', '0.25', '--workers', '2']
const LOADS = [
  '--connections',
  '4',
  '--slow-connections',
  '2',
  '--streams',
  '4',
  '--upstreams',
  '2',
  '--generators',
  '2',
]

const shares = String.raw`( +\d+ %){4}`

it.runIf(isFull)(
  'the board measures two workers with tiny loads, and tells who was how busy',
  { timeout: SLOW_MS },
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [...BENCH, ...LOADS], {
      cwd: projectFolder,
    })
    expect(stdout).toContain('The board: workers 2, 2 upstream(s), 2 load generator(s)')
    const figure = (name: string, unit: string): number => {
      const found = new RegExp(`^  ${name} +(-?\\d+)${unit}${shares}$`, 'm').exec(stdout)
      expect([name, found]).not.toEqual([name, null])
      return Number(found?.[1])
    }
    expect(figure('most, 4 connections', ' /s')).toBeGreaterThan(0)
    const slow = figure('upstream of 20 ms, 2 connections', ' /s')
    expect(slow).toBeGreaterThan(0)
    // Each connection has one request at a time, which takes 20 ms, or a millisecond less where a timer is early.
    expect(slow).toBeLessThanOrEqual(2 / 0.019)
    for (const quantile of ['p50', 'p99']) figure(`added at one connection, ${quantile}`, ' us')
    expect(stdout).toMatch(/^ {2}(streams without a stall +4|4 streams, longest stall +\d+ ms) /m)
  },
)

const run: Run = {
  ...{ connections: 1, perSecond: 1_000, p50Ms: 1, p99Ms: 2, longestStallMs: 10 },
  ...{ balancerPercent: 100, upstreamPercent: 90, busyPercent: 90, machinePercent: 90 },
}
const board: Board = {
  max: { ...run, busyPercent: 91, upstreamPercent: 99 },
  slow: { ...run, machinePercent: 100 },
  direct: { ...run, p50Ms: 0.5, p99Ms: 0.75 },
  through: run,
  streams: { ...run, connections: 64 },
  stalled: { ...run, connections: 128, longestStallMs: 201 },
}
const options = {
  workers: '1',
  seconds: 1,
  connections: 1,
  slowConnections: 1,
  streams: 256,
  upstreams: 1,
  generators: 1,
}

it('the board says what else than the balancer may have been the limit', () => {
  const lines = printBoard(options, board).split('\n')
  expect(lines.filter((line) => line.includes('may have been the limit'))).toEqual([
    '  most, 1 connections: the upstream may have been the limit, 99 % of its core',
    '  most, 1 connections: the load generator may have been the limit, 91 % of its core',
    '  upstream of 20 ms, 1 connections: the machine may have been the limit, 100 % of all cores',
  ])
  const figures = (name: string): (string | undefined)[] =>
    lines
      .filter((line) => line.startsWith(`  ${name} `))
      .map((line) => line.slice(44).trim().split(/ {2,}/)[0])
  expect(figures('added at one connection, p50')).toEqual(['500 us'])
  expect(figures('added at one connection, p99')).toEqual(['1250 us'])
  expect(figures('streams without a stall')).toEqual(['64'])
  expect(figures('128 streams, longest stall')).toEqual(['201 ms'])
})
