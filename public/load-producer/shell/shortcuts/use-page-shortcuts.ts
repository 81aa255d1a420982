/** The page's shortcuts: what they do, and what `?` shows of them. */
import { useShortcuts } from '../../../ui/shortcuts/use-shortcuts.ts'
import { cycleTheme } from '../../../ui/styles/theme.ts'
import { useAddCard } from '../../cards/card-list.tsx'
import { usePage } from '../../state/page.tsx'

export const pageShortcuts = [
  { keys: 'S', does: 'Start all cards that do not run' },
  { keys: '.', does: 'Stop all' },
  { keys: 'N', does: 'Add a card' },
  { keys: '1', does: 'Run' },
  { keys: '2', does: 'Compare' },
  { keys: '3', does: 'Runs' },
  { keys: '/', does: 'Filter the request log' },
  { keys: 'T', does: 'Next theme: system, light, dark' },
  { keys: '?', does: 'These keys' },
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
  useShortcuts(pageShortcuts.map(({ keys: pressed }) => ({ keys: pressed, run: handlers[pressed] })))
}
