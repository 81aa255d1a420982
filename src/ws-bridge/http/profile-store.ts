// Stores profiles of the Load Producer: one JSON file each, in one folder.
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROFILE_NAME, type ProfileEntry } from '../../contract/profile.ts'

export interface ProfileStore {
  /** Sorted by name. */
  list(): Promise<ProfileEntry[]>
  /** @returns the file's bytes, undefined if it does not exist. */
  read(name: string): Promise<Buffer | undefined>
  /** Writes atomically. @returns false if the store is full. */
  write(name: string, json: Buffer): Promise<boolean>
  /** @returns whether the profile existed. */
  delete(name: string): Promise<boolean>
}

const MAX_PROFILES = 1000

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Callers check that names match PROFILE_NAME. @param folder - created at the first write. */
export function createProfileStore(folder: string): ProfileStore {
  const pathOf = (name: string): string => join(folder, name)
  const names = async (): Promise<string[]> =>
    ((await unlessMissing(readdir(folder))) ?? []).filter((name) => PROFILE_NAME.test(name)).sort()

  return {
    async list() {
      const entries = (await names()).map(async (name): Promise<ProfileEntry | undefined> => {
        const found = await unlessMissing(stat(pathOf(name)))
        return found?.isFile()
          ? { name, bytes: found.size, modified_at: found.mtime.toISOString() }
          : undefined
      })
      return (await Promise.all(entries)).filter((entry) => entry !== undefined)
    },
    read: (name) => unlessMissing(readFile(pathOf(name))),
    async write(name, json) {
      const known = await names()
      if (known.length >= MAX_PROFILES && !known.includes(name)) return false
      await mkdir(folder, { recursive: true })
      // A profile's name cannot begin with a dot, so that this one is never listed.
      const draft = pathOf(`.${randomUUID()}`)
      try {
        await writeFile(draft, json, { flag: 'wx' })
        await rename(draft, pathOf(name))
      } finally {
        await rm(draft, { force: true })
      }
      return true
    },
    async delete(name) {
      return (await unlessMissing(rm(pathOf(name)).then(() => true))) ?? false
    },
  }
}
