/** The ids of the commands last run from the palette, kept in the browser's storage. Names of objects are not stored. */
import { createStoredSetting } from '../../../ui/browser/stored-setting.ts'

const MAX_REMEMBERED = 5

export interface RecentCommands {
  /** Newest first. */
  read(): readonly string[]
  add(id: string): void
}

export function createRecentCommands(): RecentCommands {
  const setting = createStoredSetting('recent-commands', (stored) =>
    Array.isArray(stored)
      ? stored.filter((id): id is string => typeof id === 'string').slice(0, MAX_REMEMBERED)
      : [],
  )
  return {
    read: setting.get,
    add: (id) => setting.set([id, ...setting.get().filter((one) => one !== id)].slice(0, MAX_REMEMBERED)),
  }
}
