/** The panel of a pending wire: where it starts, and the cards that it can be connected to. */
import { Command } from 'cmdk'
import { X } from 'lucide-react'
import { useStore } from 'zustand'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { IconButton } from '../../../ui/buttons/icon-button.tsx'
import { useGateway } from '../../state/page/page.tsx'
import { nodeName, objectsOf } from '../../state/named-objects.ts'
import { nodeKey, wireOf, type NodeRef, type WireRef } from '../../state/node-ref.ts'
import styles from './wiring-panel.module.css'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import { checkPendingWire, type PendingWire, type Verdict } from '../model/connection-rules.ts'

interface Target {
  readonly node: NodeRef
  readonly name: string
  readonly verdict: Exclude<Verdict, { kind: 'refused' }>
}

interface Wired {
  readonly node: NodeRef
  readonly name: string
  readonly wire: WireRef
}

/** The cards that have a wire to the one where the pending wire starts. */
function wiredTo(state: StateView, { from, replacing }: PendingWire): Wired[] {
  if (replacing !== undefined || from.kind === 'token') return []
  return state.wires.map(wireOf).flatMap((wire) => {
    const [own, other] = [wire.blockId, wire.endpointId]
    const node: NodeRef = from.kind === 'block' ? { kind: 'endpoint', id: other } : { kind: 'block', id: own }
    const isOwn = from.id === (from.kind === 'block' ? own : other)
    return isOwn ? [{ node, name: nodeName(state, node), wire }] : []
  })
}

function actionLabel({ node, verdict }: Target): string {
  if (verdict.kind === 'wire') return 'wire'
  if (verdict.kind === 'prefer') return verdict.missing === undefined ? 'prefer' : 'prefer, needs a wire'
  return node.kind === 'token' ? 'move here' : 'move to'
}

function targetsOf(state: StateView, pending: PendingWire): Target[] {
  return (['block', 'endpoint', 'token'] as const).flatMap((kind) =>
    objectsOf(state, kind).flatMap(({ id, name }) => {
      const node = { kind, id }
      const verdict = checkPendingWire(state, pending, node)
      return verdict.kind === 'refused' ? [] : [{ node, name, verdict }]
    }),
  )
}

export function WiringPanel() {
  const { wiring } = useCanvasParts()
  const pending = useStore(wiring.store, (state) => state.pending)
  return pending === undefined ? null : <Panel key={nodeKey(pending.from)} pending={pending} />
}

function Panel({ pending }: { readonly pending: PendingWire }) {
  const { from, replacing } = pending
  const { actions, wiring } = useCanvasParts()
  const byKey = useStore(wiring.store, (state) => state.byKey)
  const state = useGateway((all) => all)
  if (state === undefined) return null
  const name = objectsOf(state, from.kind).find(({ id }) => id === from.id)?.name ?? ''
  const instead = state.endpoints.find(({ id }) => id === replacing?.endpointId)?.name
  const targets = targetsOf(state, pending)
  const close = (): void => {
    wiring.cancel()
    document.querySelector<HTMLElement>(`.react-flow__node[data-id="${nodeKey(from)}"]`)?.focus()
  }
  return (
    <section
      data-over-canvas
      className={styles.panel}
      aria-label={`Connect ${name}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        close()
      }}
    >
      <header className={styles.head}>
        <p role="status">
          Connect <b>{name}</b> to{instead === undefined ? '' : ` another endpoint than ${instead}`}…
        </p>
        <IconButton label="Cancel connecting" icon={<X />} size="small" onClick={close} />
      </header>
      <Command label={`Where to connect ${name}`} loop>
        <Command.Input
          autoFocus={byKey}
          placeholder="Find a card, or press one on the canvas"
          className={styles.input}
        />
        <Command.List className={styles.list} label="Targets">
          <Command.Empty className={styles.empty}>Nothing to connect to.</Command.Empty>
          {targets.map((target) => (
            <Command.Item
              key={nodeKey(target.node)}
              value={`${target.name} ${nodeKey(target.node)}`}
              className={styles.item}
              onSelect={() => {
                wiring.press(target.node, true)
                close()
              }}
            >
              <span className={styles.name}>{target.name}</span>
              <span className={styles.verb}>{actionLabel(target)}</span>
            </Command.Item>
          ))}
          {wiredTo(state, pending).map(({ node, name: wired, wire }) => (
            <Command.Item
              key={nodeKey(node)}
              value={`${wired} ${nodeKey(node)}`}
              className={styles.item}
              onSelect={() => {
                void actions.remove([wire])
                close()
              }}
            >
              <span className={styles.name}>{wired}</span>
              <span className={styles.removing}>remove wire</span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </section>
  )
}
