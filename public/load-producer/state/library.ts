/** The store of saved runs, profiles and model configurations, kept in the browser and validated when loaded. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { check } from '../../../src/load-engine/model/field-schemas.ts'
import {
  cardFileSchema,
  makeCardFile,
  makeProfile,
  profileSchema,
  type CardFile,
  type Profile,
} from '../../../src/load-engine/model/profile.ts'
import { checkSavedRun, type SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import type { Scenario } from '../../../src/load-engine/model/scenario.ts'
import type { Database } from './database.ts'

interface LibraryState {
  readonly isLoaded: boolean
  /** Newest first. */
  readonly runs: readonly SavedRun[]
  readonly profiles: readonly Profile[]
  readonly configurations: readonly CardFile[]
  /** Why the last write failed; empty after a success. */
  readonly storageError: string
}

export interface Library extends StoreApi<LibraryState> {
  /** Resolves when loading is finished, also after an error. */
  readonly ready: Promise<void>
  saveRun(run: SavedRun): void
  removeRun(id: string): void
  saveProfile(name: string, scenarios: readonly Scenario[]): void
  putProfile(profile: Profile): void
  removeProfile(name: string): void
  saveConfiguration(scenario: Scenario): void
  putConfiguration(file: CardFile): void
  removeConfiguration(name: string): void
}

const MAX_RUNS = 100

const byAge = (runs: readonly SavedRun[]): SavedRun[] =>
  [...runs].sort((left, right) => right.startedAtMs - left.startedAtMs)
const profileName = ({ name }: Profile): string => name
const configurationName = ({ card }: CardFile): string => card.name

/** Adds a value or replaces the one with the same name. @returns the values sorted by name. */
const put = <Value>(values: readonly Value[], value: Value, nameOf: (value: Value) => string): Value[] =>
  [...values.filter((one) => nameOf(one) !== nameOf(value)), value].sort((left, right) =>
    nameOf(left).localeCompare(nameOf(right)),
  )

export function createLibrary(database: Database): Library {
  const store = createStore<LibraryState>(() => ({
    isLoaded: false,
    runs: [],
    profiles: [],
    configurations: [],
    storageError: '',
  }))
  const trackErrors = (write: Promise<void>): void => {
    write.then(
      () => store.getState().storageError !== '' && store.setState({ storageError: '' }),
      (error: unknown) =>
        store.setState({
          storageError: error instanceof Error ? error.message : 'This browser keeps nothing',
        }),
    )
  }
  const load = async (): Promise<void> => {
    const [runs, profiles, configurations] = await Promise.all([
      database.readAll('runs'),
      database.readAll('profiles'),
      database.readAll('cards'),
    ])
    const validOnly = <Value>(checked: { ok: true; value: Value } | { ok: false }): Value[] =>
      checked.ok ? [checked.value] : []
    store.setState({
      runs: byAge(runs.flatMap((run) => validOnly(checkSavedRun(run)))),
      profiles: profiles.flatMap((profile) => validOnly(check(profileSchema, profile))),
      configurations: configurations.flatMap((file) => validOnly(check(cardFileSchema, file))),
    })
  }
  const ready = load().catch((error: unknown) => trackErrors(Promise.reject(error as Error)))
  void ready.then(() => store.setState({ isLoaded: true }))
  const removeRun = (id: string): void => {
    store.setState(({ runs }) => ({ runs: runs.filter((run) => run.id !== id) }))
    trackErrors(database.remove('runs', id))
  }
  const putProfile = (profile: Profile): void => {
    store.setState(({ profiles }) => ({ profiles: put(profiles, profile, profileName) }))
    trackErrors(database.write('profiles', profile.name, profile))
  }
  const putConfiguration = (file: CardFile): void => {
    store.setState(({ configurations }) => ({ configurations: put(configurations, file, configurationName) }))
    trackErrors(database.write('cards', file.card.name, file))
  }
  return {
    ...store,
    ready,
    saveRun(run) {
      store.setState(({ runs }) => ({ runs: byAge([...runs.filter(({ id }) => id !== run.id), run]) }))
      trackErrors(database.write('runs', run.id, run))
      for (const old of store.getState().runs.slice(MAX_RUNS)) removeRun(old.id)
    },
    removeRun,
    saveProfile: (name, scenarios) => putProfile(makeProfile(name, scenarios)),
    putProfile,
    removeProfile(name) {
      store.setState(({ profiles }) => ({ profiles: profiles.filter((one) => one.name !== name) }))
      trackErrors(database.remove('profiles', name))
    },
    saveConfiguration: (scenario) => putConfiguration(makeCardFile(scenario)),
    putConfiguration,
    removeConfiguration(name) {
      store.setState(({ configurations }) => ({
        configurations: configurations.filter(({ card }) => card.name !== name),
      }))
      trackErrors(database.remove('cards', name))
    },
  }
}
