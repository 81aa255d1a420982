// Checks the output of the command where it does not serve: help, version, health, and errors at start.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { environmentTable } from '../../../src/config/environment-table.ts'
import {
  builtEntry,
  daemonEnvironment,
  findOnPath,
  launch,
  projectFolder,
  SLOW_MS,
  startDaemon,
} from '../../support/daemon-process.ts'

const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
  version: string
}

const run = (args: readonly string[], environment: Record<string, string> = {}) =>
  launch({ args, environment: { ...daemonEnvironment(), ...environment } }).exit

const oneLine = (start: string) =>
  expect.stringMatching(new RegExp(`^load-balancer: ${start}[^\n]*\n$`)) as string

describe('load-balancer', { timeout: SLOW_MS }, () => {
  it('--help names every variable of the environment', async () => {
    const { code, stdout, stderr } = await run(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(environmentTable.map(({ name }) => name).filter((name) => !stdout.includes(name))).toEqual([])
  })

  it('--version prints the version and nothing else', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each([[['--dmeo']], [['serve']], [['health', 'now']], [['--demo=yes']]])(
    '%j ends with 2 and one line that leads to the help',
    async (args) => {
      expect(await run(args)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: oneLine('.*see load-balancer --help'),
      })
    },
  )

  it.each([
    ['LB_PORT', 'http'],
    ['LB_PORT', '65536'],
    ['LB_LOG_LEVEL', 'loud'],
    ['LB_DRAIN_TIMEOUT_SECONDS', 'NaN'],
    ['LB_HOST', '1.2.3'],
    ['LB_CORS_ORIGINS', 'example.com'],
  ])('%s=%s ends it with 1 and one line that names both', async (name, value) => {
    expect(await run([], { [name]: value })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: oneLine(`${name}: "${value}" is not valid; takes `),
    })
  })

  it('names a bad secret without its value', async () => {
    const { code, stdout, stderr } = await run([], { LB_ADMIN_TOKEN: 'two words' })
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: oneLine('LB_ADMIN_TOKEN: ') })
    expect(stderr).not.toContain('words')
  })

  it('health ends with 0 while the daemon serves, else with 1', async () => {
    const daemon = await startDaemon()
    const environment = { LB_PORT: String(daemon.port) }
    expect(await run(['health'], environment)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    daemon.kill('SIGTERM')
    await daemon.exit
    expect(await run(['health'], environment)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: oneLine('.* does not answer'),
    })
  })
})

/** Below 22.17, which the entries ask for. */
function isOlder(executable: string): boolean {
  const [major = 0, minor = 0] = execFileSync(executable, ['--version'], { encoding: 'utf8' })
    .slice(1)
    .split('.')
    .map(Number)
  return major < 22 || (major === 22 && minor < 17)
}

describe('on an older Node', { timeout: SLOW_MS }, () => {
  const older = findOnPath('node').find(isOlder)

  for (const name of ['load-balancer', 'ws-proxy', 'simulator', 'load-producer']) {
    it(`${name} says so in one line and ends`, async ({ skip }) => {
      if (older === undefined) return skip('there is no older Node on the path')
      const { code, signal, stdout, stderr } = await launch({ command: [older, builtEntry(name)] }).exit
      expect({ code, signal, stdout }).toEqual({ code: 1, signal: null, stdout: '' })
      expect(stderr).toMatch(
        new RegExp(`^${name}: needs Node 22\\.17 or newer, this is \\d+\\.\\d+\\.\\d+\n$`),
      )
    })
  }
})
