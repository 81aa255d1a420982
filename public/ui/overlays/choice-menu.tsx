/** A button that shows what is chosen and opens a menu of the choices, each with a sentence. */
import { Menu as Base } from '@base-ui/react/menu'
import { Check, ChevronDown } from 'lucide-react'
import { Button } from '../buttons/button.tsx'
import { joinClasses } from '../styles/join-classes.ts'
import styles from './menu.module.css'

interface ChoiceMenuProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly choices: readonly { readonly value: Value; readonly label: string; readonly hint: string }[]
  readonly onChange: (value: Value) => void
}

export function ChoiceMenu<Value extends string>({
  label,
  value,
  choices,
  onChange,
}: ChoiceMenuProps<Value>) {
  const chosen = choices.find((choice) => choice.value === value)?.label ?? value
  return (
    <Base.Root>
      <Base.Trigger
        render={
          <Button aria-label={`${label}: ${chosen}`}>
            <span className={styles.chosen}>
              {chosen} <ChevronDown aria-hidden="true" />
            </span>
          </Button>
        }
      />
      <Base.Portal>
        <Base.Positioner align="start" sideOffset={6} collisionPadding={8} className={styles.positioner}>
          <Base.Popup className={joinClasses(styles.popup, styles.wide)}>
            <Base.RadioGroup value={value} onValueChange={(next: Value) => next !== value && onChange(next)}>
              <Base.GroupLabel className={styles.group}>{label}</Base.GroupLabel>
              {choices.map((choice) => (
                <Base.RadioItem
                  key={choice.value}
                  value={choice.value}
                  label={choice.label}
                  closeOnClick
                  className={joinClasses(styles.item, styles.choice)}
                >
                  <span className={styles.icon} aria-hidden="true">
                    <Base.RadioItemIndicator render={<Check />} />
                  </span>
                  <span className={styles.label}>
                    {choice.label}
                    <span className={styles.hint}>{choice.hint}</span>
                  </span>
                </Base.RadioItem>
              ))}
            </Base.RadioGroup>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
