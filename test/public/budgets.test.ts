/** Checks the gzipped size of the pages against their budgets. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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
