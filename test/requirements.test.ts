// Verifies that every requirement names a test that exists.
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('../', import.meta.url)
const text = readFileSync(new URL('REQUIREMENTS.md', root), 'utf8')

/** Rows of all tables: | requirement | `path` › title |. */
const rows = text.split('\n').filter((line) => /^\| (?!-+ |Requirement )/.test(line))

const requirements = rows.map((row) => {
  const [, requirement = '', path = '', title = ''] =
    /^\| ([^|]+?) +\| `(test\/[\w./-]+\.test\.tsx?)` › ([^|]+?) +\|$/.exec(row) ?? []
  return { row, requirement, path, title }
})

it('every row names a requirement and one test', () => {
  expect(requirements.filter(({ title }) => title === '')).toEqual([])
  expect(requirements.length).toBeGreaterThan(250)
})

it('no requirement is listed twice', () => {
  const names = requirements.map(({ requirement }) => requirement)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

it('every test that a requirement names exists', () => {
  const isThere = (path: string, title: string): boolean => {
    const file = new URL(path, root)
    return existsSync(file) && readFileSync(file, 'utf8').replaceAll("\\'", "'").includes(title)
  }
  expect(requirements.filter(({ path, title }) => !isThere(path, title))).toEqual([])
})
