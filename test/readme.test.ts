// Verifies that the README's commands run, that its sample responses have the shape of real ones, and that its generated tables are current.
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { format, type FormatConfig } from 'oxfmt'
import { describe, expect, it } from 'vitest'
import { bridgeTable } from '../src/config/bridge-table.ts'
import { environmentMarkdown } from '../src/config/environment-markdown.ts'
import { environmentTable } from '../src/config/environment-table.ts'
import { canvasNoteFields } from '../src/contract/objects/canvas-note-fields.ts'
import { clientTokenFields } from '../src/contract/objects/client-token-fields.ts'
import { endpointFields } from '../src/contract/objects/endpoint-fields.ts'
import { incomingBlockFields } from '../src/contract/objects/incoming-block-fields.ts'
import { modelAliasFields } from '../src/contract/objects/model-alias-fields.ts'
import { temporaryFolder } from './store/temporary-store.ts'
import { builtEntry, findOnPath, projectFolder, SLOW_MS, startDaemon } from './support/daemon-process.ts'
import { fieldsMarkdown } from './support/field-markdown.ts'
import { blocks, blocksOf, headings, readme, readmePath } from './support/readme.ts'
import { startApp } from './support/apps/running-app.ts'
import { casesOf } from './support/effort.ts'

const run = promisify(execFile)

/** Commands fenced as `sh run`, each with the sample response that follows it. */
const examples = blocks.flatMap(({ info, text }, index) => {
  if (info !== 'sh run') return []
  const next = blocks[index + 1]
  return [{ command: text, sample: next?.info.endsWith(' response') ? next : undefined }]
})

/** A matcher for values that have at least the members of the sample, of the same types. */
function shapeOf(sample: unknown): unknown {
  if (sample === null) return null
  if (Array.isArray(sample)) return sample.map(shapeOf)
  if (typeof sample === 'object')
    return Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, shapeOf(value)]))
  if (typeof sample === 'string') return expect.any(String)
  return typeof sample === 'number' ? expect.any(Number) : expect.any(Boolean)
}

function expectJsonShape(output: string, sample: string, command: string): void {
  expect(JSON.parse(output), command).toMatchObject(shapeOf(JSON.parse(sample)) as object)
}

const eventsIn = (text: string): string[] => [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => data)

/** Expects the stream to have an event of the shape of each sample event, and the same last event. */
function expectStreamShape(output: string, sample: string): void {
  const [events, expected] = [eventsIn(output), eventsIn(sample)]
  expect(events.at(-1)).toBe(expected.at(-1))
  const parsed = events.slice(0, -1).map((data) => JSON.parse(data) as object)
  for (const data of expected.slice(0, -1))
    expect(parsed.some((event) => hasShape(event, JSON.parse(data) as object))).toBe(true)
}

function hasShape(object: object, sample: object): boolean {
  try {
    expect(object).toMatchObject(shapeOf(sample) as object)
    return true
  } catch {
    return false
  }
}

/** @returns a folder for PATH that contains the command `load-balancer`. */
function commandFolder(): string {
  const folder = temporaryFolder()
  const script = `#!/bin/sh\nexec '${process.execPath}' '${builtEntry('load-balancer')}' "$@"\n`
  writeFileSync(join(folder, 'load-balancer'), script, { mode: 0o755 })
  return folder
}

/** Runs the commands one after another in one shell, with `folder` as the working directory. @returns the output of each. */
async function runAll(commands: readonly string[], folder: string): Promise<string[]> {
  const mark = '\n=== end of the output ===\n'
  const script = commands.map((command) => `${command}\nprintf '${mark.replaceAll('\n', '\\n')}'\n`).join('')
  const env = { ...process.env, PATH: `${commandFolder()}:${process.env['PATH']}` }
  const { stdout } = await run('sh', ['-ec', script], { cwd: folder, env })
  return stdout.split(mark).slice(0, -1)
}

const startDemo = (folder = temporaryFolder()) =>
  startDaemon({
    args: ['--demo'],
    folder,
    environment: { LB_DB_PATH: undefined, LB_ADMIN_TOKEN: undefined },
  })

describe('the README', { timeout: SLOW_MS }, () => {
  it('shows commands that succeed, and responses of the shape that they get', async ({ skip }) => {
    if (findOnPath('curl').length === 0) skip('there is no curl on the path')
    const folder = temporaryFolder()
    const { url } = await startDemo(folder)
    const commands = examples.map(({ command }) => command.replaceAll('http://localhost:8090', url))
    expect(commands.length).toBeGreaterThan(10)
    const outputs = await runAll(commands, folder)
    for (const [index, { command, sample }] of examples.entries()) {
      const output = outputs[index] ?? ''
      if (sample?.info === 'json response') expectJsonShape(output, sample.text, command)
      else if (sample?.info === 'sse response') expectStreamShape(output, sample.text)
      else expect(sample, command).toBeUndefined()
    }
  })

  it('shows how to configure libraries, in code and, of OpenAI and Anthropic, by the environment', async () => {
    const { url } = await startDemo()
    const atDaemon = (text: string): string => text.replaceAll('http://localhost:8090', url)
    const settings = blocksOf('sh').flatMap((text) => [
      ...text.matchAll(/^export ((?:OPENAI|ANTHROPIC)_\w+)=(\S+)$/gm),
    ])
    const environment = Object.fromEntries(
      settings.map(([, name = '', value = '']) => [name, atDaemon(value)]),
    )
    expect(Object.keys(environment)).toEqual([
      ...['OPENAI_BASE_URL', 'OPENAI_API_KEY', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_AUTH_TOKEN'],
      ...['ANTHROPIC_MODEL', 'ANTHROPIC_DEFAULT_HAIKU_MODEL'],
    ])
    const runCode = async (text: string, env: NodeJS.ProcessEnv): Promise<string> => {
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', text], {
        cwd: projectFolder,
        env: { ...process.env, LANGSMITH_TRACING: 'false', ...env },
      })
      return stdout
    }
    const examples = blocksOf('js')
    expect(examples.map((code) => /from '([^']+)'/.exec(code)?.[1])).toEqual([
      ...['openai', '@anthropic-ai/sdk', '@ai-sdk/openai-compatible', '@langchain/openai', '@openai/agents'],
    ])
    // The libraries that take longest to load come last.
    for (const code of casesOf(examples, 3)) expect(await runCode(atDaemon(code), {})).toMatch(/\w/)
    for (const code of examples.slice(0, 2))
      expect(await runCode(code.replace(/(OpenAI|Anthropic)\(\{[^]*?\}\)/, '$1()'), environment)).toMatch(
        /\w/,
      )
  })

  it('lists exactly the metrics of the balancer', async () => {
    const { url } = await startDemo()
    const text = await (await fetch(`${url}/metrics`)).text()
    const exposed = [...text.matchAll(/^# TYPE (lb_\w+)/gm)].map(([, name]) => name)
    const rows = [...readme.matchAll(/^\| (`lb_.+?`) +\|/gm)].map(([, cell = '']) => cell)
    const named = rows.flatMap((cell) => [...cell.matchAll(/`(lb_[a-z_]+)`/g)].map(([, name]) => name))
    expect(named.sort()).toEqual(exposed.sort())
    const mentioned = [...readme.matchAll(/\blb_[a-z_]+\b/g)].map(([name]) => name)
    const known = exposed.flatMap((name) => [name, `${name}_bucket`])
    expect(mentioned.filter((name) => !known.includes(name) && name !== 'lb_session')).toEqual([])
  })

  it('names only settings that exist', () => {
    const known = [...environmentTable, ...bridgeTable].flatMap(({ name }) => [name, `${name}_FILE`])
    const named = [...readme.matchAll(/\b(?:LB|WS)_[A-Z_]+\b/g)].map(([name]) => name)
    expect(named.filter((name) => !known.includes(name) && !name.startsWith('LB_ERR_'))).toEqual([])
  })

  // `vitest -u` rewrites them.
  it('has current contents, and current tables of routes, fields and settings', async () => {
    const { admin } = await startApp()
    const { paths } = await admin.call<{ paths: ApiPaths }>('GET', '/openapi.json')
    const written = {
      contents: contents(),
      'proxy-routes': routesMarkdown(paths, 'proxy'),
      'admin-routes': routesMarkdown(paths, 'admin'),
      'system-routes': routesMarkdown(paths, 'system'),
      'endpoint-fields': fieldsMarkdown(endpointFields),
      'token-fields': fieldsMarkdown(clientTokenFields),
      'alias-fields': fieldsMarkdown(modelAliasFields),
      'note-fields': fieldsMarkdown(canvasNoteFields),
      'block-fields': fieldsMarkdown(incomingBlockFields),
      environment: environmentMarkdown(environmentTable),
      'bridge-environment': environmentMarkdown(bridgeTable),
    }
    let current = readme
    for (const [name, markdown] of Object.entries(written)) {
      const marked = new RegExp(`(<!-- ${name}:begin -->)[^]*(<!-- ${name}:end -->)`)
      expect(current).toMatch(marked)
      current = current.replace(
        marked,
        (_, begin: string, end: string) => `${begin}\n\n${markdown}\n\n${end}`,
      )
    }
    const options = JSON.parse(readFileSync(join(projectFolder, '.oxfmtrc.json'), 'utf8')) as FormatConfig
    const { code } = await format(readmePath, current, options)
    await expect(code).toMatchFileSnapshot(readmePath)
  })
})

const contents = (): string =>
  headings
    .filter(({ level, title }) => (level === 2 || level === 3) && title !== 'Contents')
    .map(({ level, title, anchor }) => `${'  '.repeat(level - 2)}- [${title}](#${anchor})`)
    .join('\n')

type ApiPaths = Readonly<
  Record<string, Readonly<Record<string, { readonly tags: readonly string[]; readonly summary: string }>>>
>

/** Other URLs of a route below /v1, which the text above the table names. */
const isFurtherUrl = (path: string, paths: ApiPaths): boolean =>
  path.startsWith('/v1/{pool}/') || paths[`/v1${path}`] !== undefined

function routesMarkdown(paths: ApiPaths, tag: string): string {
  const routes = Object.entries(paths).filter(([path]) => !isFurtherUrl(path, paths))
  const rows = routes.flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { tags }]) => tags.includes(tag))
      .map(([method, { summary }]) => `| \`${method.toUpperCase()} ${path}\` | ${summary} |`),
  )
  return ['| Route | What it does |', '| --- | --- |', ...rows].join('\n')
}
