// Verifies that every requirement names a test file that exists and contains tests.
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('../', import.meta.url)
const text = readFileSync(new URL('REQUIREMENTS.md', root), 'utf8')

/** Rows of all tables: | requirement | `path` |. */
const rows = text.split('\n').filter((line) => /^\| (?!-+ |Requirement )/.test(line))

const requirements = rows.map((row) => {
  const [, requirement = '', path = ''] =
    /^\| ([^|]+?) +\| `(test\/[\w./-]+\.test\.tsx?)` +\|$/.exec(row) ?? []
  return { row, requirement, path }
})

it('every row names a requirement and one test file', () => {
  expect(requirements.filter(({ path }) => path === '')).toEqual([])
  expect(requirements.length).toBeGreaterThan(250)
})

it('no requirement is listed twice', () => {
  const names = requirements.map(({ requirement }) => requirement)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

it('every test file that a requirement names exists and contains tests', () => {
  const isTestFile = (path: string): boolean => {
    const file = new URL(path, root)
    return existsSync(file) && /\b(?:it|test)(?:\.\w+)*\(/.test(readFileSync(file, 'utf8'))
  }
  expect(requirements.filter(({ path }) => !isTestFile(path))).toEqual([])
})
