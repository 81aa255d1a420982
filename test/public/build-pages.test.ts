/** A repeated build does not touch pages that are up to date, because another process may be serving them. */
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { projectFolder } from '../support/daemon-process.ts'

const builtAt = () =>
  ['admin', 'load-producer'].map(
    (page) => statSync(join(projectFolder, 'dist/public', page, 'index.html'), { bigint: true }).mtimeNs,
  )

it('does not rebuild a page that is up to date', () => {
  const before = builtAt()
  execFileSync('npm', ['run', '--silent', 'build:pages'], { cwd: projectFolder })
  expect(builtAt()).toEqual(before)
})
