/** The stores and services of the admin page, created once and passed down by context. */
import { QueryClient } from '@tanstack/react-query'
import { createContext, use } from 'react'
import { useStore } from 'zustand'
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { CallAdmin } from '../../api/call-admin.ts'
import { createSession, type Session } from '../../api/session-store.ts'
import { createDrafts, type DraftStore } from '../drafts/draft-store.ts'
import { createDataAge, type DataAge } from '../live/data-age.ts'
import { createEventFeed, type EventFeed } from '../live/event-feed.ts'
import { confirmChange, confirmState, createGatewayStore, type GatewayStore } from '../live/gateway-store.ts'
import { createHistory, type History } from '../commands/history.ts'
import { confirmPatches } from '../live/confirm-patches.ts'
import { createLiveStore, useLiveOf, type LiveKind, type LiveStore } from '../live/live-store.ts'
import { createPanelActions, type PanelActions } from '../workspace/panel-actions.ts'
import { createRecentCommands, type RecentCommands } from '../workspace/recent-commands.ts'
import { createWorkspace, type WorkspaceStore } from '../workspace/workspace.ts'

export interface Page {
  readonly session: Session
  readonly call: CallAdmin
  readonly gateway: GatewayStore
  readonly live: LiveStore
  readonly feed: EventFeed
  readonly dataAge: DataAge
  readonly history: History
  readonly workspace: WorkspaceStore
  readonly drafts: DraftStore
  readonly panelActions: PanelActions
  readonly recentCommands: RecentCommands
  /** Responses that are not part of the state: audit, history, models. */
  readonly queries: QueryClient
}

// A page that is only watched sends no requests, and its session would expire.
const SESSION_CHECK_MS = 20 * 60_000

const REREAD_AFTER_MS = 300

export function createPage(): Page {
  const session = createSession()
  const gateway = createGatewayStore()
  const live = createLiveStore()
  const feed = createEventFeed({
    onState: (state) => confirmState(gateway, state),
    onStateChange: (change) => confirmChange(gateway, change),
    onLive: live.set,
    onLiveChange: live.merge,
    onBreak: () => void session.check(),
    random: Math.random,
  })
  const drafts = createDrafts()
  const history = createHistory()
  const workspace = createWorkspace()
  const queries = new QueryClient({
    defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } },
  })
  let rereading: number | undefined
  live.subscribe('models', '', () => {
    // Not at once: lists change in bursts, and what shows a deleted endpoint goes with the state, not with the figures.
    rereading ??= window.setTimeout(() => {
      rereading = undefined
      void queries.invalidateQueries({ queryKey: ['models'] })
    }, REREAD_AFTER_MS)
  })
  session.store.subscribe(({ phase }) => {
    if (phase === 'signed-in') feed.start()
    else feed.stop()
    if (phase !== 'signed-out') return
    // The next operator must not see it.
    drafts.clear()
    history.clear()
    queries.clear()
    workspace.reset()
    confirmState(gateway, undefined)
  })
  void session.check()
  // Another tab may have signed in.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && session.store.getState().phase !== 'signed-in') void session.check()
  })
  setInterval(() => {
    if (session.store.getState().phase === 'signed-in') void session.check()
  }, SESSION_CHECK_MS)
  return {
    session,
    call: confirmPatches(session.call, gateway, drafts),
    gateway,
    live,
    feed,
    dataAge: createDataAge(feed.ageMs),
    history,
    workspace,
    drafts,
    panelActions: createPanelActions(),
    recentCommands: createRecentCommands(),
    queries,
  }
}

export const PageContext = createContext<Page | undefined>(undefined)

export function usePage(): Page {
  const page = use(PageContext)
  if (page === undefined) throw new Error('outside of PageContext')
  return page
}

/** Part of the configuration; undefined before the first state event. `select` must return a part of its argument or a primitive. */
export function useGateway<Part>(select: (state: StateView) => Part): Part | undefined {
  return useStore(usePage().gateway, ({ state }) => state && select(state))
}

export function useWorkspace<Part>(
  select: (workspace: ReturnType<WorkspaceStore['getState']>) => Part,
): Part {
  return useStore(usePage().workspace, select)
}

/** Live figures of one object. @param id - the id as text; `wireKey` of a wire; empty for the gateway and the models */
export const useLive = <Kind extends LiveKind>(kind: Kind, id: string) => useLiveOf(usePage().live, kind, id)
