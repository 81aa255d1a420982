/** Checks the gzipped size of the pages against their budgets. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { projectFolder } from '../support/daemon-process.ts'

interface Measured {
  readonly name: string
  readonly size: number
  readonly passed: boolean
}

const inProject = (path: string): string => join(projectFolder, path)

it('the pages stay within their budgets', () => {
  const args = ['--config', 'test/support/size-limit.json', '--json']
  const output = execFileSync(inProject('node_modules/.bin/size-limit'), args, {
    cwd: projectFolder,
    encoding: 'utf8',
  })
  const measured = JSON.parse(output) as Measured[]
  expect(measured.filter(({ passed }) => !passed)).toEqual([])
  // A path that matches no file has size 0 and would always pass.
  expect(measured.map(({ size }) => size > 100_000)).toEqual([true, true])
})

it('the sign-in page loads less than 150 kB', () => {
  const html = readFileSync(inProject('dist/public/admin/index.html'), 'utf8')
  const files = [...html.matchAll(/(?:src|href)="\/admin\/(assets\/[^"]+\.(?:js|css))"/g)].map(
    ([, file = '']) => readFileSync(inProject(`dist/public/admin/${file}.gz`)).length,
  )
  expect(files.length).toBeGreaterThan(1)
  expect(files.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(150_000)
})

const ASSETS = 'dist/public/admin/assets'

/** @returns the file of a chunk, whose name ends with a hash of eight characters. */
const fileOf = (files: readonly string[], chunk: string, end: 'js' | 'css'): string | undefined =>
  files.find(
    (file) =>
      file.length === chunk.length + 10 + end.length && file.startsWith(`${chunk}-`) && file.endsWith(end),
  )

/** @returns the chunks and those that they import before they run; not what they ask for later. */
function withImports(files: readonly string[], chunks: readonly string[]): Set<string> {
  const found = new Set<string>()
  const add = (file: string): void => {
    if (found.has(file)) return
    found.add(file)
    const text = readFileSync(inProject(`${ASSETS}/${file}`), 'utf8')
    for (const [, imported = ''] of text.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) add(imported)
  }
  for (const chunk of chunks) add(fileOf(files, chunk, 'js') ?? `no ${chunk}`)
  return found
}

it('the first view of the admin page, the canvas with its inspector, waits for at most 340 kB', () => {
  const files = readdirSync(inProject(ASSETS))
  const scripts = [...withImports(files, ['index', 'workspace', 'inspector'])]
  const styles = scripts.flatMap((file) => fileOf(files, file.slice(0, -12), 'css') ?? [])
  const bytes = [...scripts, ...styles].map((file) => readFileSync(inProject(`${ASSETS}/${file}.gz`)).length)
  expect(scripts.length).toBeGreaterThan(5)
  expect(styles.length).toBeGreaterThan(3)
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(340_000)
})
