import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findAdminToken, resolveAdminToken } from '../../src/config/admin-token.ts'
import { isConfigError } from '../../src/config/config-error.ts'

function databaseIn(...folders: string[]): { databasePath: string; path: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'admin-token-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const databasePath = join(folder, ...folders, 'lb.db')
  return { databasePath, path: `${databasePath}.admin-token`, folder }
}

const modeOf = (path: string): number => statSync(path).mode & 0o777

async function failureOf(databasePath: string): Promise<string> {
  const error: unknown = await resolveAdminToken({ configured: undefined, databasePath }).catch(
    (reason: unknown) => reason,
  )
  expect(isConfigError(error)).toBe(true)
  return (error as Error).message
}

describe('a configured admin token', () => {
  it('is used unchanged, and no file is created', async () => {
    const { databasePath, folder } = databaseIn()
    const found = await resolveAdminToken({ configured: 'a-long-enough-token', databasePath })
    expect(found).toEqual({ token: 'a-long-enough-token', source: 'environment', created: false })
    expect(readdirSync(folder)).toEqual([])
  })

  it('causes a warning if it is under 16 characters, without being shown', async () => {
    const { databasePath } = databaseIn()
    const found = await resolveAdminToken({ configured: 'fifteen-letters', databasePath })
    expect(found.warning).toContain('LB_ADMIN_TOKEN is shorter than 16 characters')
    expect(found.warning).not.toContain('fifteen-letters')
  })

  it('that is known to everyone is not used', async () => {
    const { databasePath, path } = databaseIn()
    const found = await resolveAdminToken({ configured: 'change-me-admin-token', databasePath })
    expect(found).toMatchObject({ source: 'file', path, created: true })
    expect(found.token).not.toBe('change-me-admin-token')
    expect(found.warning).toContain('known to everyone')
  })
})

describe('without a configured admin token', () => {
  it('a strong one is created beside the database at first start, readable by its owner only, and kept', async () => {
    const { databasePath, path } = databaseIn('new', 'folders')
    const first = await resolveAdminToken({ configured: undefined, databasePath })
    expect(first).toEqual({ token: first.token, source: 'file', path, created: true })
    expect(Buffer.from(first.token, 'base64url')).toHaveLength(32)
    expect(modeOf(path)).toBe(0o600)
    expect(readFileSync(path, 'utf8')).toBe(`${first.token}\n`)
    const second = await resolveAdminToken({ configured: undefined, databasePath })
    expect(second).toEqual({ ...first, created: false })
  })

  it('two starts at once agree on one token, and no draft is left', async () => {
    const { databasePath, folder } = databaseIn()
    const starts = Array.from({ length: 8 }, () => resolveAdminToken({ configured: undefined, databasePath }))
    const found = await Promise.all(starts)
    expect(new Set(found.map(({ token }) => token)).size).toBe(1)
    expect(found.filter(({ created }) => created)).toHaveLength(1)
    expect(readdirSync(folder)).toEqual(['lb.db.admin-token'])
  })

  it('a file that others can read becomes private', async () => {
    const { databasePath, path } = databaseIn()
    writeFileSync(path, 'a-token-of-the-operator\n')
    chmodSync(path, 0o644)
    const found = await resolveAdminToken({ configured: undefined, databasePath })
    expect(found).toEqual({ token: 'a-token-of-the-operator', source: 'file', path, created: false })
    expect(modeOf(path)).toBe(0o600)
  })

  it('a short token in the file causes a warning', async () => {
    const { databasePath, path } = databaseIn()
    writeFileSync(path, 'short')
    const found = await resolveAdminToken({ configured: undefined, databasePath })
    expect(found.warning).toContain(`${path} is shorter than 16 characters`)
  })

  it.each([
    ['empty', ''],
    ['blank', ' \n'],
    ['of several words', 'not a token'],
  ])('a file that is %s is an error of one line', async (_, content) => {
    const { databasePath, path } = databaseIn()
    writeFileSync(path, content)
    expect(await failureOf(databasePath)).toBe(
      `${path} holds no usable admin token; delete it to have one made, or set LB_ADMIN_TOKEN`,
    )
  })

  it('a path that is not a file is an error of one line', async () => {
    const { databasePath, path } = databaseIn()
    mkdirSync(path)
    expect(await failureOf(databasePath)).toBe(
      `${path} cannot be read (EISDIR); make it a readable file or set LB_ADMIN_TOKEN`,
    )
  })

  it('a folder that cannot be created is an error of one line', async () => {
    const { databasePath, folder } = databaseIn('file')
    writeFileSync(join(folder, 'file'), '')
    expect(await failureOf(databasePath)).toMatch(/cannot be read \(ENOTDIR\)/)
  })
})

describe('the token for clients of a daemon', () => {
  it('is the one that a daemon with the same settings accepts', async () => {
    const { databasePath } = databaseIn()
    expect(await findAdminToken({ configured: 'a-long-enough-token', databasePath })).toBe(
      'a-long-enough-token',
    )
    const { token } = await resolveAdminToken({ configured: undefined, databasePath })
    for (const configured of [undefined, 'change-me-admin-token'])
      expect(await findAdminToken({ configured, databasePath })).toBe(token)
  })

  it('is never created', async () => {
    const { databasePath, folder } = databaseIn()
    await expect(findAdminToken({ configured: undefined, databasePath })).rejects.toThrow(
      `there is no ${databasePath}.admin-token`,
    )
    expect(readdirSync(folder)).toEqual([])
  })
})
