/** The actions of the page: one table for the palette, the shortcuts and the list of keys. */
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { useToasts, type Toasts } from '../../ui/overlays/toasts.tsx'
import { cycleTheme } from '../../ui/styles/theme.ts'
import { confirmState } from '../state/live/gateway-store.ts'
import { usePage, useWorkspace, type Page } from '../state/page/page.tsx'
import { useCommandRunner, type CommandRunner } from '../state/page/use-command-runner.ts'
import { downloadConfig } from '../settings/config-file/download-config.ts'
import { operations } from '../state/commands/gateway-operations.ts'
import type { StateView } from '../../../src/contract/gateway.ts'

export interface Action {
  readonly id: string
  readonly label: string
  readonly group: 'Selected' | 'Add' | 'Do' | 'Show'
  readonly keys?: string
  readonly run: () => void
  readonly disabled?: boolean
  /** Whether the canvas handles the keys itself. */
  readonly handledByCanvas?: boolean
  /** Whether the keys also work in text fields. */
  readonly everywhere?: boolean
}

interface ActionParts {
  readonly page: Page
  readonly runner: CommandRunner
  readonly toasts: Toasts
}

async function refresh({ page: { call, gateway, feed, queries }, runner }: ActionParts): Promise<void> {
  const state = await runner.attempt(() => call<StateView>('GET', '/state'), 'Up to date')
  if (state !== undefined) confirmState(gateway, state)
  feed.retry()
  await queries.invalidateQueries()
}

function commandActions(parts: ActionParts): Action[] {
  const { workspace, session, drafts } = parts.page
  return [
    {
      id: 'tidy',
      group: 'Do',
      label: 'Tidy up the canvas',
      keys: 'Shift+Alt+T',
      handledByCanvas: true,
      run: () => workspace.askCanvas('tidy'),
    },
    ...operations.map((operation) => ({
      id: operation.path,
      group: 'Do' as const,
      label: operation.label,
      run: () => workspace.openDialog({ name: 'upkeep', operation }),
    })),
    {
      id: 'export',
      group: 'Do',
      label: 'Export the configuration',
      run: () => void downloadConfig(parts.page.call, parts.runner),
    },
    { id: 'import', group: 'Do', label: 'Import a configuration', run: () => workspace.show('settings') },
    { id: 'refresh', group: 'Do', label: 'Refresh', keys: 'R', run: () => void refresh(parts) },
    {
      id: 'sign-out',
      group: 'Do',
      label: 'Sign out',
      run: () => {
        if (drafts.nodes().length > 0) workspace.openDialog({ name: 'sign-out' })
        else void parts.runner.attempt(() => session.signOut())
      },
    },
  ]
}

function addActions({ page: { workspace } }: ActionParts): Action[] {
  const open = (name: 'new-endpoint' | 'new-block' | 'new-token') => () => workspace.openDialog({ name })
  return [
    { id: 'new-endpoint', group: 'Add', label: 'Add an endpoint', run: open('new-endpoint') },
    { id: 'new-token', group: 'Add', label: 'Add a client token', run: open('new-token') },
    { id: 'new-block', group: 'Add', label: 'Add an incoming block', run: open('new-block') },
    { id: 'add-note', group: 'Add', label: 'Add a note', run: () => workspace.askCanvas('addNote') },
    {
      id: 'add-frame',
      group: 'Add',
      label: 'Add a frame',
      run: () => workspace.askCanvas('addFrame'),
    },
  ]
}

function viewActions({ page: { workspace }, toasts }: ActionParts): Action[] {
  const show = (name: 'palette' | 'shortcuts') => () => workspace.openDialog({ name })
  return [
    {
      id: 'fit',
      group: 'Show',
      label: 'Fit everything into view',
      keys: '1',
      handledByCanvas: true,
      run: () => workspace.askCanvas('fit'),
    },
    { id: 'zoom-in', group: 'Show', label: 'Zoom in', run: () => workspace.askCanvas('zoomIn') },
    { id: 'zoom-out', group: 'Show', label: 'Zoom out', run: () => workspace.askCanvas('zoomOut') },
    { id: 'zoom-100', group: 'Show', label: 'Zoom to 100 %', run: () => workspace.askCanvas('fullSize') },
    {
      id: 'theme',
      group: 'Show',
      label: 'Next theme',
      keys: 'T',
      run: () => toasts.info(`Theme: ${cycleTheme()}`),
    },
    {
      id: 'palette',
      group: 'Show',
      label: 'Commands',
      keys: 'Mod+K',
      everywhere: true,
      run: show('palette'),
    },
    { id: 'search', group: 'Show', label: 'Search the outline', keys: '/', run: workspace.searchOutline },
    { id: 'shortcuts', group: 'Show', label: 'List of keys', keys: '?', run: show('shortcuts') },
    { id: 'canvas', group: 'Show', label: 'Canvas', run: () => workspace.show('canvas') },
    { id: 'models', group: 'Show', label: 'Models', run: () => workspace.show('models') },
    { id: 'requests', group: 'Show', label: 'Requests', run: () => workspace.show('requests') },
    { id: 'usage', group: 'Show', label: 'Usage', run: () => workspace.show('usage') },
    { id: 'audit', group: 'Show', label: 'Audit', run: () => workspace.show('audit') },
    { id: 'settings', group: 'Show', label: 'Settings', run: () => workspace.show('settings') },
    {
      id: 'load-producer',
      group: 'Show',
      label: 'Load Producer',
      run: () => location.assign('/load-producer/'),
    },
  ]
}

/** The actions that depend on the history and on the selection. */
function useContextActions({ page: { history, workspace }, runner }: ActionParts): Action[] {
  const past = useStore(history.store, (state) => state.past.at(-1)?.label)
  const future = useStore(history.store, (state) => state.future[0]?.label)
  const hasSelection = useWorkspace(
    ({ nodes, wires, notes }) => nodes.length + wires.length + notes.length > 0,
  )
  const inspectorOpen = useWorkspace((state) => state.inspectorOpen)
  const outlineOpen = useWorkspace((state) => state.outlineOpen)
  return [
    {
      id: 'undo',
      group: 'Do',
      label: past === undefined ? 'Undo' : `Undo: ${past}`,
      keys: 'Mod+Z',
      disabled: past === undefined,
      run: () => void runner.undo(),
    },
    {
      id: 'redo',
      group: 'Do',
      label: future === undefined ? 'Redo' : `Redo: ${future}`,
      keys: 'Mod+Shift+Z',
      disabled: future === undefined,
      run: () => void runner.redo(),
    },
    {
      id: 'delete',
      group: 'Do',
      label: 'Delete what is selected',
      keys: 'Delete',
      handledByCanvas: true,
      disabled: !hasSelection,
      run() {
        const { nodes, notes: noteIds } = workspace.getState()
        // The canvas asks nothing before it removes lines and notes: they can be undone, and nothing depends on them.
        if (nodes.length === 0) workspace.askCanvas('remove')
        else workspace.openDialog({ name: 'delete', nodes, noteIds })
      },
    },
    {
      id: 'inspector',
      group: 'Show',
      label: 'Open the inspector',
      disabled: inspectorOpen,
      run() {
        workspace.show('canvas')
        workspace.setInspectorOpen(true)
      },
    },
    {
      id: 'outline',
      group: 'Show',
      label: outlineOpen ? 'Close the outline' : 'Open the outline',
      keys: 'O',
      run: () => workspace.setOutlineOpen(!workspace.getState().outlineOpen),
    },
  ]
}

export function useActions(): readonly Action[] {
  const page = usePage()
  const runner = useCommandRunner()
  const toasts = useToasts()
  const parts = useMemo(() => ({ page, runner, toasts }), [page, runner, toasts])
  const changing = useContextActions(parts)
  const lasting = useMemo(
    () => [...commandActions(parts), ...addActions(parts), ...viewActions(parts)],
    [parts],
  )
  return [...changing, ...lasting]
}
