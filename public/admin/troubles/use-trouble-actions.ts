/** What the buttons of a trouble do. */
import { setEnabled } from '../state/commands/object-commands.ts'
import { removeWire } from '../state/commands/canvas-commands.ts'
import { usePage } from '../state/page/page.tsx'
import { useCommandRunner } from '../state/page/use-command-runner.ts'
import type { Trouble, TroubleAction } from './trouble.ts'

const labels: Readonly<Record<TroubleAction, string>> = {
  retry: 'Retry',
  'set-aside': 'Set aside',
  'disable-and-end': 'Disable and end',
  'end-cooldown': 'End cooldown',
  'remove-wire': 'Remove wire',
  open: 'Open',
}

const hints: Readonly<Record<TroubleAction, string>> = {
  retry: 'Connects again at once',
  'set-aside': 'Disables it; its requests in flight finish',
  'disable-and-end': 'Disables it and ends its requests in flight, after a question',
  'end-cooldown': 'Lets it take requests at once, and forgets its failures',
  'remove-wire': 'Removes the wire',
  open: 'Shows it on the canvas',
}

export interface TroubleButton {
  readonly action: TroubleAction
  readonly label: string
  readonly hint: string
  readonly run: () => void
}

/** @returns a function that lists the buttons of a trouble. */
export function useTroubleActions(): (trouble: Trouble) => readonly TroubleButton[] {
  const { call, feed, gateway, workspace } = usePage()
  const runner = useCommandRunner()

  const runAction = (action: TroubleAction, { subject, target, wire }: Trouble): void => {
    if (action === 'retry') return feed.retry()
    if (action === 'remove-wire')
      return void (wire && runner.run(removeWire(call, wire), `removed the wire ${subject}`))
    if (target === undefined) return
    if (action === 'open') return workspace.reveal(target)
    const { id } = target
    if (action === 'end-cooldown')
      return void runner.attempt(() => call('POST', `/endpoints/${id}/reset`), `Cooldown of ${subject} ended`)
    if (action === 'disable-and-end')
      return workspace.openDialog({ name: 'disable', endpointIds: [id], ends: true })
    const endpoint = gateway.getState().confirmed?.endpoints.find((one) => one.id === id)
    if (endpoint) void runner.run(setEnabled(call, [endpoint], false), `set ${subject} aside`)
  }

  return (trouble) =>
    trouble.actions.map((action) => ({
      action,
      label: labels[action],
      hint: hints[action],
      run: () => runAction(action, trouble),
    }))
}
