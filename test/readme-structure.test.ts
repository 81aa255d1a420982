// Verifies that the README's links have targets and that its tables list all errors, fields, presets and folders.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { presets } from '../public/load-producer/model/presets.ts'
import { errorCodes } from '../src/contract/error-codes.ts'
import { buildContext } from './containers/container-files.ts'
import { projectFolder } from './support/daemon-process.ts'
import { codesIn, headings, links, readme, section, table } from './support/readme.ts'
import { startApp } from './support/apps/running-app.ts'
import { startBridge } from './support/apps/running-bridge.ts'
import { temporaryFolder } from './store/temporary-store.ts'

it('every link has a target', () => {
  const anchors = headings.map(({ anchor }) => `#${anchor}`)
  expect(new Set(anchors).size).toBe(anchors.length)
  const hasTarget = (target: string): boolean =>
    target.startsWith('#') ? anchors.includes(target) : existsSync(join(projectFolder, target))
  const inside = links.filter((target) => !target.startsWith('https://'))
  expect(inside.length).toBeGreaterThan(40)
  expect(inside.filter((target) => !hasTarget(target))).toEqual([])
})

it('has pictures of both themes, at 1440 x 900, below 800 kB, that no container image contains', () => {
  const pictures = [...readme.matchAll(/<picture>[^]*?<\/picture>/g)].map(([text]) => text)
  expect(pictures).toHaveLength(2)
  let bytes = 0
  for (const picture of pictures) {
    const [, light = ''] = /prefers-color-scheme: light\)" srcset="([^"]+)-light\.webp"/.exec(picture) ?? []
    expect(picture).toContain(`src="${light}-dark.webp"`)
    expect(picture).toMatch(/alt="[^"]{40,}"/)
    for (const theme of ['light', 'dark']) {
      const file = readFileSync(join(projectFolder, `${light}-${theme}.webp`))
      // The extended WebP format stores width - 1 and height - 1 in three bytes each.
      expect(file.toString('latin1', 8, 16)).toBe('WEBPVP8X')
      expect([file.readUIntLE(24, 3) + 1, file.readUIntLE(27, 3) + 1]).toEqual([1440, 900])
      bytes += file.length
    }
  }
  expect(bytes).toBeLessThan(800_000)
  expect(buildContext().filter((path) => path.startsWith('.github'))).toEqual([])
})

it('its contents list every section', () => {
  const listed = [...section('Contents').matchAll(/^ *- \[(.+)\]\(#(.+)\)$/gm)].map(([, title]) => title)
  const sections = headings.filter(({ level }) => level === 2 || level === 3).map(({ title }) => title)
  expect(listed).toEqual(sections.filter((title) => title !== 'Contents'))
  expect(headings.filter(({ level }) => level === 1)).toHaveLength(1)
  expect(headings.filter(({ level }) => level > 3)).toEqual([])
})

/** Paths of the folders directly below a folder of the project. */
const foldersIn = (path: string): string[] =>
  readdirSync(join(projectFolder, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${path}/${name}`)

const topFolders = [...foldersIn('src'), ...foldersIn('public')]

it('its tables of folders list every folder of src and public, and every subfolder', () => {
  const pathsIn = (column: string): string[] =>
    table(column).flatMap(([cell = '']) => codesIn(cell).map((path) => path.replace(/\/$/, '')))
  expect(pathsIn('Folder').sort()).toEqual(topFolders.toSorted())
  expect(pathsIn('Subfolder').sort()).toEqual(topFolders.flatMap(foldersIn).sort())
})

it('its diagrams name the folders, ports and routes of the source', () => {
  const [daemon = '', compose = ''] = [...readme.matchAll(/^```mermaid\n([^]*?)^```$/gm)].map(
    ([, text]) => text,
  )
  const inside = [
    ...(/subgraph daemon[^\n]*\n([^]*?)\n {2}end/.exec(daemon)?.[1] ?? '').matchAll(/(\w+)\["([\w-]+)/g),
  ]
  expect(inside.length).toBeGreaterThan(5)
  for (const [, , name] of inside) if (name !== 'pages') expect(topFolders).toContain(`src/${name}`)
  const [, core = ''] = /core\["core: ([^"]+)"\]/.exec(daemon) ?? []
  for (const name of core.split(', ')) expect(foldersIn('src/core')).toContain(`src/core/${name}`)
  for (const [text, names] of [
    [daemon, ['8090', '/v1', '/admin/api', '/ws', '/metrics']],
    [compose, ['8088', '8765', '8090', 'backends', 'pages', 'database', 'profiles']],
  ] as const)
    for (const name of names) expect(text).toContain(name)
})

it('lists every error code with its status', () => {
  const listed = table('Code', 'Status').map(([code = '', status]) => [codesIn(code)[0], Number(status)])
  expect(listed).toEqual(Object.entries(errorCodes).map(([code, { status }]) => [code, status]))
})

it('quotes messages of the balancer literally', () => {
  const sources = readdirSync(join(projectFolder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(projectFolder, 'src', path), 'utf8'))
    .join('\n')
  const quoted = table('Symptom').flatMap(([symptom = '']) => codesIn(symptom))
  const sentences = quoted.filter((text) => / \w+ /.test(text) && !text.startsWith('listen '))
  expect(sentences.length).toBeGreaterThan(8)
  const parts = sentences.flatMap((text) => text.split('…').map((part) => part.trim())).filter(Boolean)
  expect(parts.filter((part) => !sources.includes(part) && part !== 'database')).toEqual([])
})

it('lists every field of endpoints and client tokens, with its range and its default', async () => {
  const app = await startApp()
  const { components } = await app.admin.call<{ components: { schemas: Schemas } }>('GET', '/openapi.json')
  const created = {
    EndpointCreate: await app.admin.call<object>('POST', '/endpoints', {
      name: 'bare',
      base_url: 'http://10.0.0.5/v1',
    }),
    ClientTokenCreate: await app.admin.call<object>('POST', '/tokens', { name: 'bare' }),
  }
  const marks = { EndpointCreate: 'endpoint-fields', ClientTokenCreate: 'token-fields' }
  for (const [name, object] of Object.entries(created)) {
    const { properties } = components.schemas[name] as Schemas[string]
    const rows = rowsAfter(marks[name as keyof typeof marks]).flatMap(
      ([fields = '', takes = '', shown = '']) => codesIn(fields).map((field) => ({ field, takes, shown })),
    )
    expect(rows.map(({ field }) => field).sort()).toEqual(Object.keys(properties).sort())
    for (const { field, takes, shown } of rows) {
      const { minimum, maximum } = properties[field] ?? {}
      if (minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER)
        expect(takes, field).toBe(`${minimum} to ${maximum}`)
      const value = (object as Record<string, unknown>)[field]
      if (shown !== '') expect(typeof value === 'string' ? value : JSON.stringify(value), field).toBe(shown)
    }
  }
})

type Schemas = Readonly<
  Record<
    string,
    {
      readonly properties: Readonly<Record<string, { readonly minimum?: number; readonly maximum?: number }>>
    }
  >
>

/** Rows of the table that follows an HTML comment with this mark. */
function rowsAfter(mark: string): string[][] {
  const rest = readme.slice(readme.indexOf(`<!-- ${mark}:begin -->`))
  const lines = rest.slice(rest.indexOf('\n|') + 1).split('\n')
  return lines.slice(2, lines.indexOf('')).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

it('lists every preset of the Load Producer with its question', () => {
  expect(table('Preset')).toEqual(presets.map(({ name, question }) => [name, question]))
})

it('lists only routes that the bridge has', async () => {
  const bridge = await startBridge({ environment: { WS_DATA_PATH: join(temporaryFolder(), 'profiles') } })
  await fetch(`${bridge.url}/data/soak.json`, { method: 'PUT', body: '{}' })
  const routes = table('Route of the bridge').flatMap(([route = '']) => codesIn(route))
  expect(routes).toHaveLength(5)
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ')
    const { status } = await fetch(`${bridge.url}${path.replace('{name}', 'soak')}`, { method })
    // Without an upgrade the route of the WebSocket responds 426.
    expect(status, route).toBe(path === '/ws' ? 426 : 200)
  }
})
