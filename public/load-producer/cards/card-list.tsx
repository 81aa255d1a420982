/** The list of cards, and the buttons that add one. */
import { Bookmark, Plus } from 'lucide-react'
import { Button } from '../../ui/buttons/button.tsx'
import { EmptyState } from '../../ui/display/empty-state.tsx'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { Menu } from '../../ui/overlays/menu.tsx'
import { firstScenario } from '../state/card.ts'
import { useCards, useLibrary, usePage } from '../state/page.tsx'
import styles from './card-list.module.css'
import { LoadCard } from './load-card.tsx'

/** Adds a copy of the last card, or the default card, and opens its editor. */
export function useAddCard(): () => void {
  const { cards, workspace } = usePage()
  return () => {
    const last = cards.getState().cards.at(-1)?.scenario
    const { id } = cards.add(last ? { ...last, name: 'card' } : firstScenario())
    workspace.setState({ dialog: { name: 'edit', cardId: id } })
  }
}

export function CardList() {
  const cards = useCards()
  const page = usePage()
  const { configurations } = useLibrary()
  const addCard = useAddCard()
  return (
    <section aria-label="Cards" className={styles.list}>
      {cards.length === 0 && (
        <EmptyState title="No cards">
          A card is a scenario: a target, a prompt, and how its requests arrive. Add one, or choose a preset.
        </EmptyState>
      )}
      {cards.map((card) => (
        <LoadCard key={card.id} card={card} />
      ))}
      <div className={styles.add}>
        <Button icon={<Plus />} onClick={addCard} className={styles.wide}>
          Add card
        </Button>
        {configurations.length > 0 && (
          <Menu
            trigger={
              <IconButton label="Add from a model configuration" icon={<Bookmark />} variant="outlined" />
            }
            items={configurations.map(({ card }) => ({
              label: card.name,
              onClick: () => void page.cards.add({ ...card, key: '' }),
            }))}
          />
        )}
      </div>
    </section>
  )
}
