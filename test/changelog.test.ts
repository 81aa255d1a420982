// Verifies the form of the changelog: descending versions that start with the built one, and known kinds of changes.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readProjectFile } from './containers/container-files.ts'

const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8')

/** @see https://keepachangelog.com/en/1.1.0/ */
const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']

it('starts with the version of package.json, and lists versions in descending order', () => {
  const { version } = JSON.parse(readProjectFile('package.json')) as { version: string }
  const headings = [...changelog.matchAll(/^## (.+)$/gm)].map(([, text = '']) => text)
  expect(headings[0]).toMatch(new RegExp(`^\\[${version}\\] - (?:Unreleased|\\d{4}-\\d\\d-\\d\\d)$`))
  const versions = headings.flatMap((text) =>
    [...text.matchAll(/\[(\d+)\.\d+\.\d+\]/g)].map(([, major]) => Number(major)),
  )
  expect(versions).toEqual(versions.toSorted((a, b) => b - a))
  expect(versions).toEqual([3, 2, 1])
})

it('groups changes by kind, in the usual order, with at least one change each', () => {
  const [, current = ''] = /^## \[3[^]*?$([^]*?)^## /m.exec(changelog) ?? []
  const parts = current.split(/^### /m).slice(1)
  const named = parts.map((part) => part.slice(0, part.indexOf('\n')))
  expect(named).toEqual(kinds.filter((kind) => named.includes(kind)))
  expect(named).toEqual(expect.arrayContaining(['Added', 'Changed', 'Removed', 'Security']))
  for (const part of parts) expect(part).toMatch(/^- \S/m)
})
