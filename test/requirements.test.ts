// Every requirement names a test that shows it, and the test is there.
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('../', import.meta.url)
const text = readFileSync(new URL('REQUIREMENTS.md', root), 'utf8')

interface Proof {
  readonly requirement: string
  readonly path: string
  readonly title: string
}

/** Rows of the tables: | requirement | `path` › title |. */
const proofs = [...text.matchAll(/^\| ([^|]+?) +\| `([^`]+)` › ([^|]+?) +\|$/gm)].map(
  ([, requirement = '', path = '', title = '']): Proof => ({ requirement, path, title }),
)

it('every requirement has a test', () => {
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:-+|Requirement) +\|/.test(line))
  expect(proofs.length).toBe(rows.length)
  expect(proofs.length).toBeGreaterThan(60)
})

it('every test that a requirement names is there', () => {
  const missing = proofs.filter(({ path, title }) => {
    const file = new URL(path, root)
    if (!existsSync(file)) return true
    const source = readFileSync(file, 'utf8').replaceAll("\\'", "'")
    return !source.includes(title)
  })
  expect(missing).toEqual([])
})
