// Holds the README to what the program does: its commands run, its answers look as shown, its tables are complete.
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bridgeTable } from '../src/config/bridge-table.ts'
import { environmentMarkdown } from '../src/config/environment-markdown.ts'
import { environmentTable } from '../src/config/environment-table.ts'
import { temporaryFolder } from './store/temporary-store.ts'
import {
  builtEntry,
  callAdmin,
  findOnPath,
  projectFolder,
  SLOW_MS,
  startDaemon,
} from './support/daemon-process.ts'

const readmePath = join(projectFolder, 'README.md')
const readme = readFileSync(readmePath, 'utf8')

/** Commands fenced as `sh run`, each with the `json answer` that follows it. */
const examples = [...readme.matchAll(/^```sh run\n([^]*?)^```\n(?:\n^```json answer\n([^]*?)^```\n)?/gm)].map(
  ([, command = '', answer]) => ({ command, answer }),
)

/** Matches what has at least the same members, of the same types. */
function likeness(sample: unknown): unknown {
  if (sample === null) return null
  if (Array.isArray(sample)) return sample.map(likeness)
  if (typeof sample === 'object')
    return Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, likeness(value)]))
  if (typeof sample === 'string') return expect.any(String)
  return typeof sample === 'number' ? expect.any(Number) : expect.any(Boolean)
}

/** A folder for the path, with `load-balancer` in it. */
function commandFolder(): string {
  const folder = temporaryFolder()
  const script = `#!/bin/sh\nexec '${process.execPath}' '${builtEntry('load-balancer')}' "$@"\n`
  writeFileSync(join(folder, 'load-balancer'), script, { mode: 0o755 })
  return folder
}

/** As somebody who types them one after the other into one shell, in the folder of the clone. @returns their outputs. */
async function runAll(commands: readonly string[], folder: string): Promise<string[]> {
  const mark = '\n=== end of the answer ===\n'
  const script = commands.map((command) => `${command}\nprintf '${mark.replaceAll('\n', '\\n')}'\n`).join('')
  const env = { ...process.env, PATH: `${commandFolder()}:${process.env['PATH']}` }
  const { stdout } = await promisify(execFile)('sh', ['-ec', script], { cwd: folder, env })
  return stdout.split(mark).slice(0, -1)
}

const startDemo = (folder: string) =>
  startDaemon({
    args: ['--demo'],
    folder,
    environment: { LB_DB_PATH: undefined, LB_ADMIN_TOKEN: undefined },
  })

describe('the README', { timeout: SLOW_MS }, () => {
  it('shows commands that work and the answers that they get', async ({ skip }) => {
    if (findOnPath('curl').length === 0) skip('there is no curl on the path')
    const folder = temporaryFolder()
    const { url } = await startDemo(folder)
    const commands = examples.map(({ command }) => command.replaceAll('http://localhost:8090', url))
    expect(commands.length).toBeGreaterThan(5)
    const outputs = await runAll(commands, folder)
    for (const [index, { command, answer }] of examples.entries()) {
      if (answer === undefined) continue
      const sample: unknown = JSON.parse(answer)
      expect(JSON.parse(outputs[index] ?? ''), command).toMatchObject(likeness(sample) as object)
    }
  })

  it('names routes that there are', async () => {
    const folder = temporaryFolder()
    const daemon = await startDemo(folder)
    const token = readFileSync(join(folder, 'data/demo.db.admin-token'), 'utf8').trim()
    const { paths } = await callAdmin<{ paths: Record<string, object> }>(daemon, 'GET', '/openapi.json', {
      token,
    })
    const named = [...readme.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/\S*)`/g)]
    expect(named.length).toBeGreaterThan(15)
    const missing = named.filter(
      ([, method = '', path = '']) => !(method.toLowerCase() in (paths[path] ?? {})),
    )
    expect(missing.map(([text]) => text)).toEqual([])
  })

  it('names every metric of the balancer, and no other', async () => {
    const { url } = await startDemo(temporaryFolder())
    const text = await (await fetch(`${url}/metrics`)).text()
    const exposed = [...text.matchAll(/^# TYPE (lb_\w+)/gm)].map(([, name]) => name)
    const named = [...readme.matchAll(/`(lb_[a-z_]+)`/g)].map(([, name]) => name)
    expect(named.sort()).toEqual(exposed.sort())
  })

  it('shows YAML that can be read, and settings that there are', () => {
    const documents = [...readme.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(
      ([, text = '']) => parse(text) as object,
    )
    expect(documents).toHaveLength(1)
    const known = [...environmentTable, ...bridgeTable].flatMap(({ name }) => [name, `${name}_FILE`])
    const named = [...readme.matchAll(/\b(?:LB|WS)_[A-Z_]+\b/g)].map(([name]) => name)
    expect(named.filter((name) => !known.includes(name) && !name.startsWith('LB_ERR_'))).toEqual([])
  })

  // `vitest -u` writes the tables anew.
  it('has the environment tables that the code has', async () => {
    const tables = { environment: environmentTable, 'bridge-environment': bridgeTable }
    let current = readme
    for (const [name, table] of Object.entries(tables)) {
      const place = new RegExp(`(<!-- ${name}:begin -->)[^]*(<!-- ${name}:end -->)`)
      expect(current).toMatch(place)
      current = current.replace(
        place,
        (_, begin: string, end: string) => `${begin}\n\n${environmentMarkdown(table)}\n${end}`,
      )
    }
    await expect(current).toMatchFileSnapshot(readmePath)
  })
})
