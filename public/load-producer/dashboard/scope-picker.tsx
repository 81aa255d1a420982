/** Selects whose figures are shown: all cards or one. Hidden when fewer than two cards have run. */
import { Segmented } from '../../ui/buttons/segmented.tsx'
import { SelectField } from '../../ui/fields/select-field.tsx'
import { useCards, useLive, usePage, useWorkspace } from '../state/page.tsx'

const ALL = 'all'
/** With more options, a select field replaces the buttons. */
const MAX_SEGMENTS = 4

export function ScopePicker() {
  const { workspace } = usePage()
  const cards = useCards()
  const liveCards = useLive((live) => live.cards)
  const scope = useWorkspace((state) => state.scope)
  const choices = cards.filter(({ id }) => liveCards[id] !== undefined)
  if (choices.length < 2) return null
  const options = [
    { value: ALL, label: 'All cards' },
    ...choices.map(({ id, scenario }) => ({ value: id, label: scenario.name })),
  ]
  const isLong = options.length > MAX_SEGMENTS || options.some(({ label }) => label.length > 24)
  const shared = {
    label: 'Figures of',
    value: choices.some(({ id }) => id === scope) ? (scope ?? ALL) : ALL,
    options,
  }
  const choose = (next: string): void => workspace.setState({ scope: next === ALL ? null : next })
  return (
    <div>
      {isLong ? (
        <SelectField {...shared} hideLabel onValueChange={choose} />
      ) : (
        <Segmented {...shared} onChange={choose} />
      )}
    </div>
  )
}
