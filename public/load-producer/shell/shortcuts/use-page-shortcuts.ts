/** Defines and registers the shortcuts of the page. */
import { useShortcuts } from '../../../ui/shortcuts/use-shortcuts.ts'
import { cycleTheme } from '../../../ui/styles/theme.ts'
import { useAddCard } from '../../cards/card-list.tsx'
import { usePage } from '../../state/page.tsx'

/** Also listed in the dialog that `?` opens. */
export const pageShortcuts = [
  { keys: 'S', description: 'Start all cards that do not run' },
  { keys: '.', description: 'Stop all' },
  { keys: 'N', description: 'Add a card' },
  { keys: '1', description: 'Run' },
  { keys: '2', description: 'Compare' },
  { keys: '3', description: 'Runs' },
  { keys: '/', description: 'Filter the request log' },
  { keys: 'T', description: 'Next theme: system, light, dark' },
  { keys: '?', description: 'These keys' },
] as const

type Keys = (typeof pageShortcuts)[number]['keys']

export function usePageShortcuts(): void {
  const { cards, workspace } = usePage()
  const addCard = useAddCard()
  const handlers: Record<Keys, () => void> = {
    S: cards.startAll,
    '.': cards.stopAll,
    N: addCard,
    1: () => workspace.show('run'),
    2: () => workspace.show('compare'),
    3: () => workspace.show('runs'),
    '/': () => document.getElementById('log-filter')?.focus(),
    T: () => void cycleTheme(),
    '?': () => workspace.setState({ dialog: { name: 'shortcuts' } }),
  }
  useShortcuts(pageShortcuts.map(({ keys }) => ({ keys, run: handlers[keys] })))
}
