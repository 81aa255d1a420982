/** The panel of several selected cards, with actions on all of them. */
import { useState } from 'react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { MAX_GROUP_NAME } from '../../../../src/contract/objects/field-schemas.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { Section } from '../../../ui/display/section.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { SelectField } from '../../../ui/fields/select-field.tsx'
import { compound } from '../../state/commands/history.ts'
import { editObject, setEnabled } from '../../state/commands/object-commands.ts'
import { useGateway, usePage, useWorkspace } from '../../state/page/page.tsx'
import { usePanelActions } from '../panel/use-panel-actions.ts'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'
import type { NodeRef } from '../../state/node-ref.ts'
import { Panel } from '../panel/panel.tsx'
import styles from '../panel/panel.module.css'

interface SelectionProps {
  readonly nodes: readonly NodeRef[]
}

export function SelectionPanel({ nodes }: SelectionProps) {
  const { workspace } = usePage()
  const state = useGateway((all) => all)
  const noteIds = useWorkspace((view) => view.notes)
  const size = nodes.length + noteIds.length
  const idsOf = (kind: NodeRef['kind']) =>
    new Set(nodes.filter((one) => one.kind === kind).map(({ id }) => id))
  const endpoints = (state?.endpoints ?? []).filter(({ id }) => idsOf('endpoint').has(id))
  const tokens = (state?.client_tokens ?? []).filter(({ id }) => idsOf('token').has(id))
  return (
    <Panel
      title={`${size} selected`}
      footer={
        <Button variant="danger" onClick={() => workspace.openDialog({ name: 'delete', nodes, noteIds })}>
          Delete {size}
        </Button>
      }
    >
      {endpoints.length > 0 && (
        <Section name="selection.endpoints" title="Endpoints" note={endpoints.length}>
          <EnableAll endpoints={endpoints} />
          <GroupAll endpoints={endpoints} />
        </Section>
      )}
      {tokens.length > 0 && (
        <Section name="selection.tokens" title="Client tokens" note={tokens.length}>
          <MoveAll tokens={tokens} blocks={state?.incoming_blocks ?? []} />
        </Section>
      )}
    </Panel>
  )
}

function EnableAll({ endpoints }: { readonly endpoints: StateView['endpoints'] }) {
  const { call, live, workspace } = usePage()
  const { run } = useCommandRunner()
  const setAll = (enabled: boolean, endsRequests = false): void => {
    const count = endpoints.filter((endpoint) => endpoint.enabled !== enabled).length
    const word = enabled ? 'enabled' : 'disabled'
    void run(setEnabled(call, endpoints, enabled, endsRequests), `${word} ${count} endpoints`)
  }
  const disableAll = (): void => {
    const isBusy = endpoints.some(({ id }) => (live.get('endpoint', String(id))?.inflight ?? 0) > 0)
    const endpointIds = endpoints.map(({ id }) => id)
    if (isBusy) workspace.openDialog({ name: 'disable', endpointIds })
    else setAll(false)
  }
  const allEnabled = endpoints.every(({ enabled }) => enabled)
  const allDisabled = endpoints.every(({ enabled }) => !enabled)
  usePanelActions([
    { id: 'enable', label: 'Enable the selected endpoints', disabled: allEnabled, run: () => setAll(true) },
    {
      id: 'disable',
      label: 'Disable the selected endpoints',
      disabled: allDisabled,
      run: disableAll,
    },
    {
      id: 'end',
      label: 'End the requests of the selected endpoints and disable them',
      disabled: allDisabled,
      run: () => setAll(false, true),
    },
  ])
  return (
    <div className={styles.line}>
      <Button disabled={allEnabled} onClick={() => setAll(true)}>
        Enable
      </Button>
      <Button disabled={allDisabled} onClick={disableAll}>
        Disable
      </Button>
    </div>
  )
}

/** Gives endpoints a group of the canvas, or takes it from them. */
function GroupAll({ endpoints }: { readonly endpoints: StateView['endpoints'] }) {
  const { call } = usePage()
  const { run } = useCommandRunner()
  const common = endpoints.every(({ group }) => group === endpoints[0]?.group)
  const [name, setName] = useState(common ? (endpoints[0]?.group ?? '') : '')
  const group = name.trim()
  const others = endpoints.filter((endpoint) => endpoint.group !== group)
  const setAll = (): void => {
    const edits = others.map((endpoint) =>
      editObject(call, {
        node: { kind: 'endpoint', id: endpoint.id },
        name: endpoint.name,
        etag: endpoint.etag,
        after: { group },
        before: { group: endpoint.group },
      }),
    )
    void run(
      compound(`group ${edits.length} endpoints`, edits),
      group === ''
        ? `${edits.length} endpoints are in no group`
        : `grouped ${edits.length} endpoints as ${group}`,
    )
  }
  return (
    <>
      <TextField
        label="Group"
        maxLength={MAX_GROUP_NAME}
        value={name}
        hint="The canvas folds a group into one card. Empty: none."
        onChange={(event) => setName(event.target.value)}
      />
      <Button disabled={others.length === 0} onClick={setAll}>
        {group === '' ? 'Take out of groups' : 'Group them'}
      </Button>
    </>
  )
}

interface MoveAllProps {
  readonly tokens: StateView['client_tokens']
  readonly blocks: StateView['incoming_blocks']
}

function MoveAll({ tokens, blocks }: MoveAllProps) {
  const { call } = usePage()
  const { run } = useCommandRunner()
  const [target, setTarget] = useState(String(blocks[0]?.id ?? ''))
  const moveTo = (block: (typeof blocks)[number]): void => {
    const edits = tokens
      .filter((token) => token.incoming_block_id !== block.id)
      .map(({ id, name, etag, incoming_block_id }) =>
        editObject(call, {
          node: { kind: 'token', id },
          name,
          etag,
          after: { incoming_block_id: block.id },
          before: { incoming_block_id },
        }),
      )
    void run(compound(`move ${edits.length} tokens`, edits), `moved ${edits.length} tokens to ${block.name}`)
  }
  const chosen = blocks.find(({ id }) => String(id) === target)
  usePanelActions(
    blocks.map((block) => ({
      id: `move-${block.id}`,
      label: `Move the selected client tokens to ${block.name}`,
      run: () => moveTo(block),
    })),
  )
  return (
    <>
      <SelectField
        label="Incoming block"
        value={target}
        options={blocks.map(({ id, name }) => ({ value: String(id), label: name }))}
        onValueChange={setTarget}
      />
      <Button onClick={() => chosen && moveTo(chosen)}>Move there</Button>
    </>
  )
}
