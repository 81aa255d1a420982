/** The first steps of a new installation: an endpoint, a wire, a client token, a first request. */
import { Check } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useStore } from 'zustand'
import type { StateView } from '../../../src/contract/gateway.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { addWire } from '../state/commands/canvas-commands.ts'
import { useGateway, usePage } from '../state/page/page.tsx'
import { useCommandRunner } from '../state/page/use-command-runner.ts'
import styles from './first-run.module.css'
import hiding from '../../ui/styles/visually-hidden.module.css'

interface Step {
  readonly title: string
  readonly words: string
  readonly done: boolean
  readonly act?: { readonly label: string; readonly run: () => void }
}

function useSteps(state: StateView): readonly Step[] {
  const { call, workspace } = usePage()
  const { run } = useCommandRunner()
  const [endpoint] = state.endpoints
  const [block] = state.incoming_blocks
  const wire = (): void => {
    if (endpoint === undefined || block === undefined) return
    const ids = { blockId: block.id, endpointId: endpoint.id }
    void run(
      addWire(call, ids, `wire ${block.name} to ${endpoint.name}`),
      `wired ${block.name} to ${endpoint.name}`,
    )
  }
  return [
    {
      title: 'Add an endpoint',
      words: 'A backend that speaks the OpenAI API, such as vLLM.',
      done: state.endpoints.length > 0,
      act: { label: 'Add an endpoint', run: () => workspace.openDialog({ name: 'new-endpoint' }) },
    },
    {
      title: 'Wire it',
      words: 'Drag from a block to the endpoint: traffic goes along wires alone.',
      done: state.wires.length > 0,
      ...(endpoint && block && { act: { label: 'Wire it', run: wire } }),
    },
    {
      title: 'Make a client token',
      words: 'What a client sends as its API key. You get a curl to try with it.',
      done: state.client_tokens.length > 0,
      act: { label: 'Make a client token', run: () => workspace.openDialog({ name: 'new-token' }) },
    },
  ]
}

export function FirstRun() {
  const state = useGateway((all) => all)
  if (state === undefined) return null
  return <Guide state={state} />
}

function Guide({ state }: { readonly state: StateView }) {
  const { history } = usePage()
  const steps = useSteps(state)
  const [closed, setClosed] = useState(false)
  const missing = steps.findIndex(({ done }) => !done)
  const busy = useStore(history.store, (commands) => commands.busy)
  const [next, setNext] = useState(missing)
  // A new endpoint is stored before its wires: a step for the state in between would vanish under the pointer.
  if (!busy && next !== missing) setNext(missing)
  // A gateway that has served requests needs no guide; an open gateway needs no token.
  const isUsed = state.stats.total_requests_served > 0
  if (next === -1 || closed || (isUsed && next === 2)) return null
  return (
    <section data-buttons="bottom" className={styles.guide} aria-label="First steps">
      <ol className={styles.steps}>
        {steps.map((step, index) => (
          <StepCard key={step.title} number={index + 1} step={step} isNext={index === next} />
        ))}
      </ol>
      <Button variant="quiet" size="small" onClick={() => setClosed(true)}>
        Not now
      </Button>
    </section>
  )
}

function StepCard(props: {
  readonly number: number
  readonly step: Step
  readonly isNext: boolean
}): ReactNode {
  const { number, step, isNext } = props
  return (
    <li className={styles.step} aria-current={isNext ? 'step' : undefined} data-done={step.done || undefined}>
      <span className={styles.number} aria-hidden="true">
        {step.done ? <Check /> : number}
      </span>
      <strong>
        {step.title}
        {step.done && <span className={hiding.hidden}> (done)</span>}
      </strong>
      <p>{step.words}</p>
      {isNext && step.act && (
        <Button data-first-action variant="primary" onClick={step.act.run}>
          {step.act.label}
        </Button>
      )}
    </li>
  )
}
