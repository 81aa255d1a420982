/** The control of the gateway's routing mode and placement and, where a mode is priority, of the prioritised client token. */
import { Segmented } from '../../ui/buttons/segmented.tsx'
import { SelectField } from '../../ui/fields/select-field.tsx'
import { ChoiceMenu } from '../../ui/overlays/choice-menu.tsx'
import { setRouting } from '../state/commands/canvas-commands.ts'
import { useGateway, usePage } from '../state/page/page.tsx'
import { useCommandRunner } from '../state/page/use-command-runner.ts'
import { isModeInUse } from './modes-in-use.ts'
import styles from './routing-control.module.css'
import { choiceOf, modes, placements } from './routing-words.ts'

export function RoutingControl() {
  const { call } = usePage()
  const { run } = useCommandRunner()
  const mode = useGateway((state) => state.routing_mode)
  const placement = useGateway((state) => state.placement)
  const hasPriority = useGateway((state) => isModeInUse(state, 'priority'))
  if (mode === undefined || placement === undefined) return null
  return (
    <div className={styles.control}>
      <Segmented
        label="Routing mode"
        value={mode}
        options={modes}
        onChange={(next) =>
          void run(setRouting(call, { routing_mode: next }, { routing_mode: mode }), `routing mode: ${next}`)
        }
      />
      <ChoiceMenu
        label="Placement"
        value={placement}
        choices={placements}
        onChange={(next) =>
          void run(
            setRouting(call, { placement: next }, { placement }),
            `placement: ${choiceOf(placements, next).label.toLowerCase()}`,
          )
        }
      />
      {hasPriority && <PrioritisedInput />}
    </div>
  )
}

function PrioritisedInput() {
  const { call } = usePage()
  const { run } = useCommandRunner()
  const input = useGateway((state) => state.priority_input_token_id) ?? null
  const tokens = useGateway((state) => state.client_tokens) ?? []
  return (
    <SelectField
      label="Prioritised input"
      hideLabel
      className={styles.input}
      value={String(input ?? '')}
      options={[
        { value: '', label: 'No token first' },
        ...tokens.map(({ id, name }) => ({ value: String(id), label: `${name} first` })),
      ]}
      onValueChange={(next) =>
        void run(
          setRouting(
            call,
            { priority_input_token_id: next === '' ? null : Number(next) },
            { priority_input_token_id: input },
          ),
          'prioritised input changed',
        )
      }
    />
  )
}
