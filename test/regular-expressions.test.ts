// Verifies that the linter refuses regular expressions whose time grows faster than their text.
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const CONFIG = '.oxlintrc.json'

let project: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'lb-lint-'))
  await copyFile(join(root, CONFIG), join(project, CONFIG))
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'))
})

afterAll(() => rm(project, { recursive: true }))

interface Diagnostic {
  readonly code?: string
  readonly message: string
  readonly labels: readonly { readonly span: { readonly line: number } }[]
}

/** @returns for each expression, what the linter says about it where it stands in this file. */
async function findings(file: string, expressions: readonly string[]): Promise<string[][]> {
  const path = join(project, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, expressions.map((one, index) => `export const p${index} = ${one}\n`).join(''))
  const args = [join(root, 'node_modules/oxlint/bin/oxlint'), '--format=json', file]
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, args, { cwd: project }, (_error, stdout) => resolve(stdout)),
  )
  const { diagnostics } = JSON.parse(output) as { diagnostics: Diagnostic[] }
  return expressions.map((_, index) =>
    diagnostics
      .filter(({ labels }) => labels[0]?.span.line === index + 1)
      .map(({ code, message }) => code ?? message),
  )
}

const server = 'src/admin/auth/session-cookie.ts'
const page = 'public/load-producer/files/file-name.ts'

it.each([server, page])('the linter refuses expressions of more than linear time in %s', async (file) => {
  const [lazy, nested, moved, bounded] = await findings(file, [
    String.raw`/^lb_session=(.*?)\s*$/`,
    String.raw`/(?:a+)+b/`,
    String.raw`/\/+$/`,
    String.raw`/(?<!\/)\/+$/`,
  ])
  expect(lazy).toEqual(['regexp(no-super-linear-backtracking)'])
  expect(nested).not.toEqual([])
  expect(moved).toEqual(['regexp(no-super-linear-move)'])
  expect(bounded).toEqual([])
})
