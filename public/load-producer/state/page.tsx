/** The shared state of the Load Producer, created once and passed down through a React context. */
import { createContext, use } from 'react'
import { useStore } from 'zustand'
import { createCardsStore, type CardsStore } from './cards-store.ts'
import { createDatabase } from './database.ts'
import { createEngineClient, type EngineClient } from './engine-client.ts'
import { createLibrary, type Library } from './library.ts'
import { createLiveStore, type Live, type LiveStore } from './live-store.ts'
import { createRunAutosave } from './run-autosave.ts'
import { createTestToken, type TestToken } from './test-token.ts'
import { createWorkspace, type Workspace, type WorkspaceStore } from './workspace.ts'

export interface Page {
  readonly engine: EngineClient
  readonly live: LiveStore
  readonly library: Library
  readonly cards: CardsStore
  readonly workspace: WorkspaceStore
  readonly testToken: TestToken
  /** Connects or reconnects to the bridge. @param token - empty for none; kept in memory only. */
  connect(token: string): void
}

export function createPage(): Page {
  const live = createLiveStore()
  const engine = createEngineClient(live)
  const database = createDatabase()
  const library = createLibrary(database)
  const testToken = createTestToken()
  const cards = createCardsStore({
    engine,
    live,
    database,
    autosave: createRunAutosave(engine, library, live),
    testToken,
  })
  const connect = (token: string): void =>
    engine.connect(`${location.origin.replace(/^http/, 'ws')}/ws`, token)
  connect('')
  return { engine, live, library, cards, workspace: createWorkspace(), testToken, connect }
}

export const PageContext = createContext<Page | undefined>(undefined)

export function usePage(): Page {
  const page = use(PageContext)
  if (page === undefined) throw new Error('outside of PageContext')
  return page
}

/** `select` must return a part of the state or a primitive; a new object would cause endless rendering. */
export const useLive = <Part,>(select: (live: Live) => Part): Part => useStore(usePage().live, select)
export const useCards = () => useStore(usePage().cards, ({ cards }) => cards)
export const useWorkspace = <Part,>(select: (workspace: Workspace) => Part): Part =>
  useStore(usePage().workspace, select)
export const useLibrary = () => useStore(usePage().library)
