/** The commands of the palette by group: actions, routing, the prioritised input, and all cards. */
import { useStore } from 'zustand'
import { useDebounced } from '../../ui/browser/use-debounced.ts'
import type { Action } from '../actions/use-actions.tsx'
import { setRouting } from '../state/commands/canvas-commands.ts'
import { isModeInUse } from '../routing/modes-in-use.ts'
import { modes, placements } from '../routing/routing-words.ts'
import { useModels } from '../models/use-models.ts'
import { useGateway, usePage } from '../state/page/page.tsx'
import { useCommandRunner } from '../state/page/use-command-runner.ts'
import { namedNodes } from '../state/named-objects.ts'
import { findObjects, splitJoined } from '../actions/find-objects.ts'
import { verbsOf } from '../actions/verbs.ts'
import { verbsBetween, wireLike } from '../actions/wire-verbs.ts'
import { nodeKey, nodeNouns, noteKey } from '../state/node-ref.ts'

export interface PaletteCommand {
  readonly id: string
  readonly label: string
  /** The kind of the object, where the label is a name. */
  readonly note?: string
  readonly keys?: string | undefined
  readonly disabled?: boolean | undefined
  readonly run: () => void
}

export interface CommandGroup {
  readonly heading: string
  readonly commands: readonly PaletteCommand[]
}

const TYPING_PAUSE_MS = 200
/** No name of a model is longer. */
const MAX_CHARACTERS = 256

const headings = ['Selected', 'Do', 'Add', 'Show'] as const

/**
 * @param actions - of the page; the actions of the inspector are added
 * @param text - what is searched for
 */
export function useCommands(actions: readonly Action[], text: string): readonly CommandGroup[] {
  const { panelActions } = usePage()
  const offered = [...useStore(panelActions).values()]
    .flat()
    .map((action) => ({ ...action, group: 'Selected' as const }))
  const all = [...offered, ...actions].filter(({ id }) => id !== 'palette')
  const groups = headings.map((heading) => ({
    heading,
    commands: all.filter(({ group }) => group === heading),
  }))
  return [
    ...groups,
    { heading: 'Routing', commands: useRouting() },
    { heading: 'Prioritised input', commands: usePriorities() },
    { heading: 'Do with', commands: useVerbs(text) },
    { heading: 'Go to', commands: [...useCards(text), ...useNotes(text)] },
    { heading: 'Models', commands: useModelCommands(text) },
  ]
}

/** Each mode and each placement of the gateway. */
function useRouting(): readonly PaletteCommand[] {
  const { call } = usePage()
  const { run } = useCommandRunner()
  const mode = useGateway((state) => state.routing_mode)
  const placement = useGateway((state) => state.placement)
  if (mode === undefined || placement === undefined) return []
  return [
    ...modes.map(({ value, label }) => ({
      id: `mode-${value}`,
      label: `Routing mode: ${label}`,
      disabled: value === mode,
      run: () =>
        void run(
          setRouting(call, { routing_mode: value }, { routing_mode: mode }),
          `routing mode: ${label.toLowerCase()}`,
        ),
    })),
    ...placements.map(({ value, label }) => ({
      id: `placement-${value}`,
      label: `Placement: ${label}`,
      disabled: value === placement,
      run: () =>
        void run(setRouting(call, { placement: value }, { placement }), `placement: ${label.toLowerCase()}`),
    })),
  ]
}

/** Empty unless a routing mode is priority. */
function usePriorities(): readonly PaletteCommand[] {
  const { call } = usePage()
  const { run } = useCommandRunner()
  const hasPriority = useGateway((state) => isModeInUse(state, 'priority'))
  const before = useGateway((state) => state.priority_input_token_id) ?? null
  const tokens = useGateway((state) => state.client_tokens) ?? []
  if (hasPriority !== true) return []
  const command = (id: number | null, label: string): PaletteCommand => ({
    id: `first-${id ?? 'none'}`,
    label,
    disabled: id === before,
    run: () =>
      void run(
        setRouting(call, { priority_input_token_id: id }, { priority_input_token_id: before }),
        'prioritised input changed',
      ),
  })
  return [
    command(null, 'Put no client token first'),
    ...tokens.map(({ id, name }) => command(id, `Put ${name} first`)),
  ]
}

/** With more objects only those are listed that fit what is typed: a list of hundreds is slow and of no use. */
const MAX_LISTED = 60
/** Objects that are each offered with all verbs. */
const MAX_MEANT = 4

/** What can be done with the objects that are named, and between the two parts of `wire team-a to vllm-2`. */
function useVerbs(text: string): readonly PaletteCommand[] {
  const page = usePage()
  const runner = useCommandRunner()
  const state = useGateway((all) => all)
  if (state === undefined || text.trim() === '') return []
  const parts = { page, runner, state }
  const joined = splitJoined(text)
  const pairs = joined
    ? findObjects(state, joined.from, MAX_MEANT).flatMap((from) =>
        findObjects(state, joined.to, MAX_MEANT).flatMap((to) => {
          if (joined.by === 'to') return verbsBetween(from, to, parts)
          const like = from.kind === 'block' && to.kind === 'block' && wireLike(parts, from.id, to.id)
          return like ? [like] : []
        }),
      )
    : []
  const meant = joined && pairs.length > 0 ? [] : findObjects(state, text, MAX_MEANT)
  return [...pairs, ...meant.flatMap((node) => verbsOf(node, parts))].map(({ id, sentence, hint, run }) => ({
    id,
    label: sentence,
    ...(hint !== undefined && { note: hint }),
    run,
  }))
}

function useCards(text: string): readonly PaletteCommand[] {
  const { workspace } = usePage()
  const state = useGateway((all) => all)
  if (state === undefined) return []
  const all = namedNodes(state)
  const listed = all.length <= MAX_LISTED ? all : findObjects(state, text, MAX_LISTED)
  return listed.map(({ kind, id, name }) => ({
    id: nodeKey({ kind, id }),
    label: name,
    note: nodeNouns[kind],
    run: () => workspace.reveal({ kind, id }),
  }))
}

/** The notes and frames that have what is typed in their text. */
function useNotes(text: string): readonly PaletteCommand[] {
  const { workspace } = usePage()
  const notes = useGateway((state) => state.canvas_notes) ?? []
  const sought = text.trim().toLowerCase()
  const found = sought === '' ? [] : notes.filter((one) => one.text.toLowerCase().includes(sought))
  return found.slice(0, MAX_LISTED).map(({ id, kind, text: words }) => ({
    id: noteKey(id),
    // Searched by all of its text.
    label: words.replaceAll(/\s+/g, ' ').slice(0, MAX_CHARACTERS),
    note: kind,
    run: () => workspace.revealNote(id),
  }))
}

/** Each opens the models view with its model. */
function useModelCommands(text: string): readonly PaletteCommand[] {
  const { workspace } = usePage()
  const first = useModels('').data
  const hasMore = first !== undefined && first.total > first.models.length
  // The others are searched by the server.
  const found = useModels(
    useDebounced(hasMore ? text.trim().slice(0, MAX_CHARACTERS) : '', TYPING_PAUSE_MS),
  ).data
  const ids = new Set([first, found].flatMap((some) => some?.models.map(({ id }) => id) ?? []))
  return [...ids].map((id) => ({
    id: `model-${id}`,
    label: id,
    note: 'model',
    run() {
      workspace.searchModels(id)
      workspace.show('models')
    },
  }))
}
