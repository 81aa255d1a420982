// Verifies that the linter refuses regular expressions whose time grows faster than their text.
import { ESLint } from 'eslint'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: `${root}test/support/eslint.config.js`,
  // The rules that need types would load the whole project.
  overrideConfig: { languageOptions: { parserOptions: { project: null } } },
  ruleFilter: ({ ruleId }) => ruleId.startsWith('regexp/'),
})

const findings = async (file: string, expression: string): Promise<string[]> => {
  const [result] = await eslint.lintText(`export const pattern = ${expression}\n`, {
    filePath: `${root}${file}`,
  })
  return result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? []
}

const server = 'src/admin/auth/session-cookie.ts'
const page = 'public/load-producer/files/file-name.ts'

it.each([server, page])('the linter refuses expressions of more than linear time in %s', async (file) => {
  expect(await findings(file, String.raw`/^lb_session=(.*?)\s*$/`)).toEqual([
    'regexp/no-super-linear-backtracking',
  ])
  expect(await findings(file, String.raw`/(?:a+)+b/`)).not.toEqual([])
  expect(await findings(file, String.raw`/\/+$/`)).toEqual(['regexp/no-super-linear-move'])
  expect(await findings(file, String.raw`/(?<!\/)\/+$/`)).toEqual([])
})
