// Reads the admin token, or creates one if the operator set none, so that the admin API is never open.
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { configError } from './config-error.ts'
import { credential } from './value-kinds.ts'

export interface AdminToken {
  readonly token: string
  readonly source: 'environment' | 'file'
  /** The path of the token file; undefined for a token from the environment. */
  readonly path?: string
  /** Whether this start created the token. */
  readonly created: boolean
  /** One line for the operator, without the token. */
  readonly warning?: string
}

interface AdminTokenOptions {
  /** The value of LB_ADMIN_TOKEN. */
  readonly configured: string | undefined
  readonly databasePath: string
}

// The Python original's default, which is public.
const WELL_KNOWN = 'change-me-admin-token'
const SHORT_LENGTH = 16
const PRIVATE_MODE = 0o600

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'

const shortWarning = (token: string, from: string): string | undefined =>
  token.length < SHORT_LENGTH
    ? `the admin token of ${from} is shorter than ${SHORT_LENGTH} characters and easily guessed`
    : undefined

const unwritable = (path: string, error: unknown): Error =>
  configError(`${path} cannot be written (${codeOf(error)}); make its folder writable or set LB_ADMIN_TOKEN`)

async function createDraft(path: string, content: string): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(draft, content, { flag: 'wx', mode: PRIVATE_MODE, flush: true })
    return draft
  } catch (error) {
    throw unwritable(path, error)
  }
}

/**
 * Creates the file atomically: it gets its name only after its bytes are on disk.
 * @returns false if a file of that name exists, which is left unchanged.
 */
async function createFile(path: string, content: string): Promise<boolean> {
  const draft = await createDraft(path, content)
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw unwritable(path, error)
  } finally {
    await rm(draft, { force: true })
  }
}

const unreadable = (path: string, error: unknown): Error =>
  configError(`${path} cannot be read (${codeOf(error)}); make it a readable file or set LB_ADMIN_TOKEN`)

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unreadable(path, error)
  }
}

/** @returns a warning if others can read the file and its mode cannot be changed. */
async function tighten(file: FileHandle, path: string): Promise<string | undefined> {
  const stats = await file.stat()
  if (!stats.isFile() || (stats.mode & 0o077) === 0) return undefined
  try {
    await file.chmod(PRIVATE_MODE)
    return undefined
  } catch (error) {
    return `${path} can be read by others and its mode cannot be changed (${codeOf(error)})`
  }
}

async function readText(file: FileHandle, path: string): Promise<string> {
  try {
    return (await file.readFile('utf8')).trim()
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function readTokenFile(path: string): Promise<Pick<AdminToken, 'token' | 'warning'> | undefined> {
  const file = await openIfThere(path)
  if (file === undefined) return undefined
  try {
    const looseWarning = await tighten(file, path)
    const parsed = credential.schema.safeParse(await readText(file, path))
    if (!parsed.success)
      throw configError(
        `${path} holds no usable admin token; delete it to have one made, or set LB_ADMIN_TOKEN`,
      )
    const warning = looseWarning ?? shortWarning(parsed.data, path)
    return { token: parsed.data, ...(warning === undefined ? {} : { warning }) }
  } finally {
    await file.close()
  }
}

async function resolveFromFile(path: string): Promise<AdminToken> {
  const known = await readTokenFile(path)
  if (known !== undefined) return { ...known, source: 'file', path, created: false }
  const token = randomBytes(32).toString('base64url')
  if (await createFile(path, `${token}\n`)) return { token, source: 'file', path, created: true }
  // Another process created the file after the first read.
  const theirs = await readTokenFile(path)
  if (theirs === undefined) throw configError(`${path} comes and goes; set LB_ADMIN_TOKEN`)
  return { ...theirs, source: 'file', path, created: false }
}

/**
 * Finds the token that a daemon with these settings accepts, for its clients. Creates none.
 * @throws an error that `isConfigError` accepts, if there is none.
 */
export async function findAdminToken({ configured, databasePath }: AdminTokenOptions): Promise<string> {
  if (configured !== undefined && configured !== WELL_KNOWN) return configured
  const path = `${databasePath}.admin-token`
  const known = await readTokenFile(path)
  if (known === undefined)
    throw configError(`there is no ${path}; set LB_ADMIN_TOKEN, or LB_DB_PATH as the daemon has it`)
  return known.token
}

/**
 * Returns the token of LB_ADMIN_TOKEN. If that is unset or the Python original's default, returns the token of the file
 * `<databasePath>.admin-token`, which is created with mode 0600 if missing.
 * @throws an error that `isConfigError` accepts, if the file can be neither read nor created.
 */
export async function resolveAdminToken(options: AdminTokenOptions): Promise<AdminToken> {
  const { configured, databasePath } = options
  if (configured !== undefined && configured !== WELL_KNOWN) {
    const warning = shortWarning(configured, 'LB_ADMIN_TOKEN')
    return {
      token: configured,
      source: 'environment',
      created: false,
      ...(warning === undefined ? {} : { warning }),
    }
  }
  const found = await resolveFromFile(`${databasePath}.admin-token`)
  if (configured !== WELL_KNOWN) return found
  return { ...found, warning: 'LB_ADMIN_TOKEN is set to a value known to everyone and is not used' }
}
