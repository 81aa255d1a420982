// Runs the command against the balancer and simulated backends: reports, exit codes, messages, progress.
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { runLoadProducer } from '../../../src/load-engine/command/run-load-producer.ts'
import { makeCardFile, makeProfile } from '../../../src/load-engine/model/profile.ts'
import { checkSavedRun } from '../../../src/load-engine/model/saved-run.ts'
import { defaultScenario, type Scenario } from '../../../src/load-engine/model/scenario.ts'
import { builtEntry } from '../../support/daemon-process.ts'
import { startListingApp } from '../../support/apps/running-app.ts'
import { temporaryFolder } from '../../store/temporary-store.ts'

const KEY = 'sk-key-of-the-command'

async function setUp(setup: Parameters<typeof startListingApp>[0] = {}) {
  const app = await startListingApp(setup)
  const folder = temporaryFolder()
  const scenario = (fields: Partial<Scenario> = {}): Scenario => ({
    ...defaultScenario,
    url: `${app.url}/v1`,
    requests: 20,
    maxParallel: 4,
    maxTokens: 4,
    ...fields,
  })
  const pathOf = (name: string): string => join(folder, name)
  const write = (name: string, content: object | string): string => {
    writeFileSync(pathOf(name), typeof content === 'string' ? content : JSON.stringify(content))
    return pathOf(name)
  }
  const plan = (...cards: Partial<Scenario>[]): string =>
    write('plan.json', makeProfile('nightly', cards.map(scenario)))
  return { app, scenario, pathOf, write, plan, read: (name: string) => readFileSync(pathOf(name), 'utf8') }
}

async function command(
  args: readonly string[],
  { isTTY = false, signal = new AbortController().signal, busyShare = 0.3 } = {},
) {
  let [stdout, stderr] = ['', '']
  const code = await runLoadProducer(args, {
    environment: { LOAD_PRODUCER_TOKEN: KEY },
    version: '1.2.3',
    // The balancer and its backends are in this process too, and are no part of the tester.
    busyShare: () => busyShare,
    stdout: { write: (text) => (stdout += text) },
    stderr: {
      isTTY,
      write(text) {
        stderr += text
      },
    },
    interrupted: signal,
  })
  return { code, stdout, stderr }
}

describe('the command', () => {
  it('runs a plan and writes its reports as HTML, JSON and CSV, without the key', async () => {
    const { app, plan, pathOf, read } = await setUp()
    const path = plan({ name: 'one' }, { name: 'two', stream: false })
    const names = ['report.html', 'run.json', 'cards.csv', 'requests.csv']
    const { code, stdout, stderr } = await command([
      'run',
      path,
      ...names.flatMap((name) => ['--out', pathOf(name)]),
    ])
    expect([code, stderr]).toEqual([0, expect.stringMatching(/requests/)])
    expect(stdout).toMatch(/^one: 20 ok, 0 failed, 0 dropped$/m)
    expect(stdout).toMatch(/^two: 20 ok, 0 failed, 0 dropped$/m)
    const run = checkSavedRun(JSON.parse(read('run.json')))
    if (!run.ok) throw new Error(JSON.stringify(run.faults))
    expect(run.value.cards.map(({ scenario, counts }) => [scenario.name, counts.ok])).toEqual([
      ['one', 20],
      ['two', 20],
    ])
    expect(read('report.html')).toContain('<h1>nightly</h1>')
    expect(read('cards.csv').split('\r\n')).toHaveLength(4)
    expect(read('requests.csv').split('\r\n')).toHaveLength(42)
    expect(names.map(read).join('')).not.toContain(KEY)
    const chats = app.backend.served().last.filter(({ method }) => method === 'POST')
    expect(chats.length).toBeGreaterThan(0)
  })

  it('passes or fails by its conditions', async () => {
    const { plan } = await setUp({ backends: [{ ttftMs: 30 }] })
    const path = plan({ name: 'one' })
    expect((await command(['run', path, '--fail-if', 'ttft_p95>60s', '--fail-if', 'failed>0'])).code).toBe(0)
    const { code, stdout } = await command(['run', path, '--fail-if', 'ttft_p50>1ms'])
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^FAILED one: ttft_p50 is [\d.]+ms/m)])
  })

  it('fails by its conditions where every request failed', async () => {
    const { app, plan } = await setUp({
      environment: { LB_FAILOVER_ATTEMPTS: '0', LB_FAIL_THRESHOLD: '1000' },
    })
    await app.backend.setFault({ kind: 'status', status: 500 })
    const path = plan({ name: 'one', model: 'sim-model' })
    expect((await command(['run', path, '--fail-if', 'ttft_p95>500ms'])).code).toBe(1)
  })

  it('runs a model configuration, and a plan without an end for the time that is given', async () => {
    const { write, scenario } = await setUp()
    const path = write('card.json', makeCardFile(scenario({ name: 'endless', requests: 0 })))
    const endless = await command(['run', path])
    expect([endless.code, endless.stderr]).toEqual([
      2,
      expect.stringContaining('give its duration with --seconds'),
    ])
    const { code, stdout } = await command(['run', path, '--seconds', '1'])
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^endless: [\d,]+ ok, 0 failed/)])
  })

  it('gives no verdict where the tester is the limit, which its report says', async () => {
    const { plan, pathOf, read } = await setUp()
    const slo = { ...defaultScenario.slo, e2eMs: 3_600_000 }
    const path = plan({ name: 'flood', requests: 0, maxParallel: 64, maxTokens: 4, slo })
    const outs = ['report.html', 'run.json', 'cards.csv'].flatMap((name) => ['--out', pathOf(name)])
    const { code, stdout } = await command(
      ['run', path, '--seconds', '4', '--fail-if', 'failed>0', ...outs],
      {
        busyShare: 1,
      },
    )
    expect([code, stdout]).toEqual([
      3,
      expect.stringMatching(
        /^NO VERDICT flood: limited by the tester: its thread was busy 100\s% of the time/m,
      ),
    ])
    expect(JSON.parse(read('run.json'))).toMatchObject({
      cards: [{ tester: { isLimit: true }, goodput: { percent: 100, met: null } }],
    })
    expect(read('report.html')).toMatch(/limited by the tester<\/strong> · no verdict/)
    expect(read('cards.csv')).toMatch(/limitedByTester,testerBusyPercent[^]*,true,/)
  })

  it('ends the run at an interrupt, and reports what it has measured', async () => {
    const { app, plan, pathOf, read } = await setUp({ backends: [{ ttftMs: 600_000 }] })
    const path = plan({ name: 'one', model: 'sim-model' })
    const interrupt = new AbortController()
    const running = command(['run', path, '--out', pathOf('run.json')], { signal: interrupt.signal })
    await expect.poll(() => app.backend.served().running).toBe(4)
    interrupt.abort()
    expect((await running).code).toBe(130)
    expect(JSON.parse(read('run.json'))).toMatchObject({
      cards: [{ state: 'stopped', counts: { cancelled: 4 } }],
    })
    await app.settled()
  })

  it('replays a trace that it is given, and says which file it lacks', async () => {
    const { plan, write } = await setUp()
    const arrival = { kind: 'replay', traceId: 't', traceName: 'short.csv', speed: 100 } as const
    const path = plan({ name: 'one', requests: 0, arrival })
    const lacking = await command(['run', path])
    expect([lacking.code, lacking.stderr]).toEqual([
      2,
      "load-producer: the card 'one' takes the trace 'short.csv': name it with --file\n",
    ])
    const trace = write('short.csv', 'TIMESTAMP,ContextTokens,GeneratedTokens\n0,5,3\n1,5,3\n')
    const { code, stdout } = await command(['run', path, '--file', trace])
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^one: 2 ok/)])
    const broken = write('short.csv', 'nothing of the kind')
    expect(await command(['run', path, '--file', broken])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/the trace cannot be used: Line 1 is no header/) as string,
    })
  })

  it('shows a bar on a terminal, and lines elsewhere', async () => {
    const { plan } = await setUp()
    const path = plan({ name: 'one' })
    expect((await command(['run', path], { isTTY: true })).stderr).toMatch(
      /\r\x1b\[K\[#+-*\] +100 %.+20 requests.*\n$/s,
    )
    expect((await command(['run', path])).stderr).toMatch(/^\[[#-]+\] +\d+ % · [\d,]+ requests · .+\n/)
  })

  it.each([
    [[], /the command is: load-producer run PLAN\.json/],
    [['go'], /the command is/],
    [['run', 'a.json', 'b.json'], /the command is/],
    [['run', 'missing.json'], /ENOENT/],
    [['run', 'plan.json', '--out', 'report.pdf'], /--out takes a name that ends in \.html, \.json or \.csv/],
    [['run', 'plan.json', '--fail-if', 'slow'], /--fail-if takes figure, comparison and limit/],
    [['run', 'plan.json', '--seconds', '-1'], /seconds/],
    [['run', 'plan.json', '--token', 'x'], /Unknown option '--token'/],
  ])('refuses %j with a sentence', async (args, reason) => {
    const { code, stderr, stdout } = await command(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(reason)
    expect(stderr).toMatch(/^load-producer: /)
  })

  it('names the fields of a plan that cannot be used, and a card that cannot start', async () => {
    const { plan, write, scenario } = await setUp()
    const invalid = write('plan.json', makeProfile('bad', [scenario({ maxParallel: 0 })]))
    expect(await command(['run', invalid])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /cannot be used as a plan:\n {2}cards\.0\.maxParallel takes a whole number/,
      ) as string,
    })
    expect((await command(['run', write('plan.json', 'no JSON')])).stderr).toContain('The file is not JSON')
    expect((await command(['run', write('plan.json', makeProfile('none', []))])).stderr).toContain(
      'at least one card',
    )
    const nowhere = plan({ name: 'lost', url: 'http://127.0.0.1:1/v1' })
    expect(await command(['run', nowhere])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /the card 'lost' cannot start: model is empty, and the target lists none/,
      ) as string,
    })
  })

  it('has help and a version, also as built', async () => {
    expect(await command(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' })
    expect((await command(['--help'])).stdout).toMatch(/--fail-if[^]+ttft_p95[^]+LOAD_PRODUCER_TOKEN/)
    const { stdout } = await promisify(execFile)(process.execPath, [builtEntry('load-producer'), '--help'])
    expect(stdout).toContain('Usage: load-producer run PLAN.json')
  })
})
