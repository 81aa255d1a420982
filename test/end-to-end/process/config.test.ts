// Runs `load-balancer config` against a running daemon, as an operator does who keeps the file in Git.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StateView } from '../../../src/contract/gateway.ts'
import { temporaryFolder } from '../../store/temporary-store.ts'
import { shared } from '../../support/lifetime.ts'
import { isFull } from '../../support/effort.ts'
import {
  builtEntry,
  callAdmin,
  daemonEnvironment,
  findOnPath,
  launch,
  SLOW_MS,
  startDaemon,
  type Daemon,
} from '../../support/daemon-process.ts'

const FILE = `# what our team runs
endpoints:
  - name: vllm-a
    base_url: http://127.0.0.1:9/v1
    api_key: \${VLLM_A_API_KEY}
incoming_blocks:
  - name: Incoming 1
    endpoints: [vllm-a]
client_tokens:
  - name: team-a
    incoming_block: Incoming 1
`
const KEY = 'sk-key-of-the-vault'

const daemonOfAll = shared(startDaemon)

/** Leaves the first incoming block alone of what other tests have configured. */
async function emptiedDaemon(): Promise<Daemon> {
  const daemon = await daemonOfAll()
  const yaml = 'endpoints: []\nclient_tokens: []\nincoming_blocks: [{ name: Incoming 1, endpoints: [] }]'
  await callAdmin(daemon, 'POST', '/config/apply', { body: { yaml, prune: true } })
  return daemon
}

async function startCluster() {
  const daemon = await emptiedDaemon()
  const path = join(temporaryFolder(), 'cluster.yaml')
  writeFileSync(path, FILE)
  const environment = (added: Record<string, string | undefined>) => ({
    ...daemonEnvironment(),
    LB_PORT: String(daemon.port),
    ...added,
  })
  return {
    daemon,
    path,
    config: (args: readonly string[], added: Record<string, string | undefined> = {}) =>
      launch({ args: ['config', ...args], environment: environment(added) }).exit,
    /** @param line - of sh, where `$config` is the command. */
    shell: (line: string) =>
      launch({
        command: ['sh', '-c', line],
        environment: environment({ config: `${process.execPath} ${builtEntry('load-balancer')} config` }),
      }).exit,
    state: () => callAdmin<StateView>(daemon, 'GET', '/state'),
  }
}

describe('load-balancer config', { timeout: SLOW_MS }, () => {
  it('shows what a file would change, makes it so, and then sees no difference', async () => {
    const { config, path, state, daemon } = await startCluster()
    const planned = await config(['diff', path], { VLLM_A_API_KEY: KEY })
    expect(planned).toMatchObject({ code: 1, stderr: '' })
    expect(planned.stdout).toMatch(/^\+ endpoint "vllm-a"\n {4}base_url: http:\/\/127.0.0.1:9\/v1\n/)
    expect(planned.stdout).toContain('~ incoming block "Incoming 1"\n    endpoints: (none) -> vllm-a\n')
    expect((await state()).endpoints).toEqual([])

    const applied = await config(['apply', path], { VLLM_A_API_KEY: KEY })
    expect(applied.code).toBe(0)
    const [, token = ''] =
      /^new client token "team-a", shown this once: (ct-\S{43})\n$/.exec(applied.stdout) ?? []
    expect(applied.stderr).toBe(`${planned.stdout}Applied 3 changes.\n`)
    const { endpoints, client_tokens } = await state()
    expect(endpoints[0]).toMatchObject({ name: 'vllm-a', has_api_key: true, api_key_preview: 'sk-k...ault' })
    expect(token.endsWith(client_tokens[0]?.token_preview.slice(-4) ?? '?')).toBe(true)

    // With the key's name alone, and on any other machine.
    expect(await config(['diff', path])).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(await config(['apply', path])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'Nothing to change.\n',
    })
    for (const { stdout, stderr } of [planned, applied]) expect(stdout + stderr).not.toContain(KEY)
    expect(daemon.stdout()).not.toContain(KEY)
    expect(daemon.stdout()).not.toContain(token)
  })

  it('exports to a file or to standard output, twice the same, and accepts that through standard input', async () => {
    const { config, path, shell } = await startCluster()
    await config(['apply', path])
    const exported = join(temporaryFolder(), 'exported.yaml')
    expect(await config(['export', exported])).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const text = readFileSync(exported, 'utf8')
    expect(await config(['export'])).toMatchObject({ code: 0, stdout: text })
    expect(await config(['export', '-', '--positions'])).toMatchObject({
      stdout: expect.stringContaining('positions:') as string,
    })
    expect(await shell(`$config diff --prune - < ${exported}`)).toMatchObject({ code: 0, stdout: '' })
  })

  it.runIf(isFull)('prunes only with --prune', async () => {
    const { config, path, state } = await startCluster()
    await config(['apply', path])
    writeFileSync(path, 'client_tokens: []\n')
    expect(await config(['apply', path])).toMatchObject({
      code: 0,
      stderr:
        'warning: The client token "team-a" is not in the file and stays; pruning would delete it.\nNothing to change.\n',
    })
    expect(await config(['diff', path, '--prune'])).toMatchObject({
      code: 1,
      stdout: '- client token "team-a"\n',
    })
    expect((await config(['apply', path, '--prune'])).code).toBe(0)
    expect((await state()).client_tokens).toEqual([])
  })

  it('asks for confirmation on a terminal, unless --yes is given', async ({ skip }) => {
    if (findOnPath('script').length === 0) skip('there is no script on the path')
    const { path, shell, state } = await startCluster()
    const onTerminal = (typed: string, options = '') =>
      shell(`printf '${typed}' | script -qec "$config apply ${path} ${options}" /dev/null`)
    const declined = await onTerminal('n\\n')
    expect(declined.code).toBe(1)
    expect(declined.stdout).toContain('Apply 3 changes? [y/N]')
    expect(declined.stdout).toContain('\u001b[32m+ endpoint "vllm-a"\u001b[0m')
    expect(declined.stdout).toContain('Nothing was changed.')
    expect((await state()).endpoints).toEqual([])
    expect((await onTerminal('y\\n')).stdout).toContain('Applied 3 changes.')
    writeFileSync(path, FILE.replace('vllm-a\n    base', 'vllm-a\n    priority_order: 3\n    base'))
    const unasked = await onTerminal('', '--yes')
    expect(unasked.stdout).not.toContain('[y/N]')
    expect((await state()).endpoints[0]?.priority_order).toBe(3)
  })

  it.runIf(isFull)('uses the admin token that the daemon created, and follows --url', async () => {
    const daemon = await startDaemon({ environment: { LB_ADMIN_TOKEN: undefined } })
    const database = String((await daemon.logged('listening'))['database'])
    const ask = (environment: Record<string, string | undefined>) =>
      launch({
        args: ['config', 'export', '--url', daemon.url],
        environment: { ...daemonEnvironment(database), LB_ADMIN_TOKEN: undefined, ...environment },
      }).exit
    expect((await ask({})).code).toBe(0)
    const elsewhere = join(temporaryFolder(), 'other.db')
    expect(await ask({ LB_DB_PATH: elsewhere })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `load-balancer: there is no ${elsewhere}.admin-token; set LB_ADMIN_TOKEN, or LB_DB_PATH as the daemon has it\n`,
    })
    expect(await ask({ LB_ADMIN_TOKEN: 'not-the-token-of-it' })).toMatchObject({
      code: 2,
      stderr: 'load-balancer: the admin token was refused; set LB_ADMIN_TOKEN as the daemon has it\n',
    })
  })

  it('reports every mistake with its line, and exits with 2', async () => {
    const { config, path } = await startCluster()
    writeFileSync(path, 'endpoints:\n  - name: a\n    bas_url: http://x\n')
    expect(await config(['diff', path])).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: [
        `${path}:2: /endpoints/0/base_url: Is required.`,
        `${path}:3: /endpoints/0/bas_url: Is not a known field.`,
        `load-balancer: ${path} is not acceptable\n`,
      ].join('\n'),
    })
    expect(await config(['diff', `${path}.no`])).toMatchObject({
      code: 2,
      stderr: `load-balancer: ${path}.no cannot be read (ENOENT)\n`,
    })
    expect(await config(['diff', path, '--url', 'ftp://x'])).toMatchObject({
      code: 2,
      stderr: 'load-balancer: --url takes an http or https URL\n',
    })
    expect(await config(['export', '--url', 'http://127.0.0.1:1'])).toMatchObject({
      code: 2,
      stderr: 'load-balancer: http://127.0.0.1:1 does not answer (ECONNREFUSED)\n',
    })
  })
})
