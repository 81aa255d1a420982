/** The control of the routing mode and, in priority mode, of the prioritised client token. */
import { Segmented } from '../../ui/buttons/segmented.tsx'
import { SelectField } from '../../ui/fields/select-field.tsx'
import { setRouting } from '../state/commands/canvas-commands.ts'
import { useGateway, usePage } from '../state/page/page.tsx'
import { useCommandRunner } from '../state/page/use-command-runner.ts'
import styles from './routing-control.module.css'

const modes = [
  { value: 'percentage', label: 'Percentage' },
  { value: 'priority', label: 'Priority' },
] as const

export function RoutingControl() {
  const { call } = usePage()
  const { run } = useCommandRunner()
  const mode = useGateway((state) => state.routing_mode)
  const input = useGateway((state) => state.priority_input_token_id) ?? null
  const tokens = useGateway((state) => state.client_tokens) ?? []
  if (mode === undefined) return null
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
      {mode === 'priority' && (
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
      )}
    </div>
  )
}
