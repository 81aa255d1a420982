/** The commands behind drawing on the canvas, each with the state to show until the next state event. */
import { plural } from '../../../ui/format/figures.ts'
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { CallAdmin } from '../../api/call-admin.ts'
import { addWire, removeWire } from '../../state/commands/canvas-commands.ts'
import { compound, type Command } from '../../state/commands/history.ts'
import { editObject } from '../../state/commands/object-commands.ts'
import { nodeName } from '../../state/named-objects.ts'
import { sameWire, wireOf, type WireRef } from '../../state/node-ref.ts'
import type { Verdict } from '../model/connection-rules.ts'

export interface DrawCommand {
  readonly command: Command
  /** The message after success. */
  readonly successMessage: string
  /** The state after the command. */
  readonly optimisticState: (state: StateView) => Partial<StateView>
}

const withWire = (state: StateView, wire: WireRef): StateView['wires'] => [
  ...state.wires.filter((one) => !sameWire(wireOf(one), wire)),
  { incoming_block_id: wire.blockId, endpoint_id: wire.endpointId },
]

const withoutWires = (state: StateView, wires: readonly WireRef[]): StateView['wires'] =>
  state.wires.filter((one) => !wires.some((wire) => sameWire(wireOf(one), wire)))

/** Sets the wires, and `connected` of every endpoint accordingly. */
const withConnectedFlags = (state: StateView, wires: StateView['wires']): Partial<StateView> => ({
  wires,
  endpoints: state.endpoints.map((endpoint) => {
    const connected = wires.some((wire) => wire.endpoint_id === endpoint.id)
    return connected === endpoint.connected ? endpoint : { ...endpoint, connected }
  }),
})

export const wireLabel = (state: StateView, { blockId, endpointId }: WireRef): string =>
  `${nodeName(state, { kind: 'block', id: blockId })} to ${nodeName(state, { kind: 'endpoint', id: endpointId })}`

type TokenFields = Partial<
  Pick<StateView['client_tokens'][number], 'incoming_block_id' | 'preferred_endpoint_id'>
>

function editToken(call: CallAdmin, state: StateView, tokenId: number, after: TokenFields): Command {
  const token = state.client_tokens.find(({ id }) => id === tokenId)
  if (token === undefined) throw new Error(`no client token ${tokenId}`)
  const before = Object.fromEntries(Object.keys(after).map((key) => [key, token[key as keyof TokenFields]]))
  const node = { kind: 'token', id: tokenId } as const
  return editObject(call, { node, name: token.name, etag: token.etag, after, before })
}

const withToken = (state: StateView, tokenId: number, fields: TokenFields) =>
  state.client_tokens.map((token) => (token.id === tokenId ? { ...token, ...fields } : token))

/** The command for an allowed connection. */
export function connectCommand(
  call: CallAdmin,
  state: StateView,
  verdict: Exclude<Verdict, { kind: 'refused' }>,
): DrawCommand {
  if (verdict.kind === 'wire') {
    const words = wireLabel(state, verdict.wire)
    return {
      command: addWire(call, verdict.wire, `wire ${words}`),
      successMessage: `Wired ${words}`,
      optimisticState: (now) => withConnectedFlags(now, withWire(now, verdict.wire)),
    }
  }
  const token = nodeName(state, { kind: 'token', id: verdict.tokenId })
  if (verdict.kind === 'move') {
    const fields = { incoming_block_id: verdict.blockId }
    return {
      command: editToken(call, state, verdict.tokenId, fields),
      successMessage: `Moved ${token} to ${nodeName(state, { kind: 'block', id: verdict.blockId })}`,
      optimisticState: (now) => ({ client_tokens: withToken(now, verdict.tokenId, fields) }),
    }
  }
  const { missing, tokenId, endpointId } = verdict
  const fields = { preferred_endpoint_id: endpointId }
  const prefer = editToken(call, state, tokenId, fields)
  const done = `${token} now prefers ${nodeName(state, { kind: 'endpoint', id: endpointId })}`
  return {
    command: missing === undefined ? prefer : compound(prefer.label, [addWire(call, missing), prefer]),
    successMessage: done,
    optimisticState: (now) => ({
      ...(missing && withConnectedFlags(now, withWire(now, missing))),
      client_tokens: withToken(now, tokenId, fields),
    }),
  }
}

/** @param wires - new ones, of one block. */
export function connectAllCommand(call: CallAdmin, state: StateView, wires: readonly WireRef[]): DrawCommand {
  const block = nodeName(state, { kind: 'block', id: wires[0]?.blockId ?? 0 })
  const words = plural(wires.length, 'endpoint')
  return {
    command: compound(
      `wire ${block} to ${words}`,
      wires.map((wire) => addWire(call, wire)),
    ),
    successMessage: `Wired ${block} to ${words}`,
    optimisticState: (now) =>
      withConnectedFlags(
        now,
        wires.reduce((all, wire) => withWire({ ...now, wires: all }, wire), now.wires),
      ),
  }
}

export function rewireCommand(call: CallAdmin, state: StateView, from: WireRef, to: WireRef): DrawCommand {
  const words = wireLabel(state, to)
  return {
    command: compound(`rewire ${words}`, [addWire(call, to), removeWire(call, from)]),
    successMessage: `Rewired: ${words}`,
    optimisticState: (now) =>
      withConnectedFlags(now, withoutWires({ ...now, wires: withWire(now, to) }, [from])),
  }
}

/** @param preferring - client tokens that shall prefer no endpoint any more. */
export function removeCommand(
  call: CallAdmin,
  state: StateView,
  wires: readonly WireRef[],
  preferring: readonly number[],
): DrawCommand {
  const label =
    wires.length === 1 && wires[0] !== undefined && preferring.length === 0
      ? `wire ${wireLabel(state, wires[0])}`
      : preferring.length === 1 && wires.length === 0
        ? `preference of ${nodeName(state, { kind: 'token', id: preferring[0] ?? 0 })}`
        : `${wires.length + preferring.length} wires`
  const parts = [
    ...wires.map((wire) => removeWire(call, wire)),
    ...preferring.map((id) => editToken(call, state, id, { preferred_endpoint_id: null })),
  ]
  return {
    command: compound(`remove ${label}`, parts),
    successMessage: `Removed ${label}`,
    optimisticState: (now) => ({
      ...withConnectedFlags(now, withoutWires(now, wires)),
      client_tokens: now.client_tokens.map((token) =>
        preferring.includes(token.id) ? { ...token, preferred_endpoint_id: null } : token,
      ),
    }),
  }
}
