// Compares the positions in a configuration file with the present positions of nodes.
import type { Pos } from '../../../contract/gateway.ts'
import type { FieldError } from '../../../contract/problem.ts'
import type { Configuration, Snapshot } from '../../../core/state/configuration.ts'
import type { ObjectPosition } from '../../../store/store.ts'
import type { AuditFields } from '../../changes/audit-diff.ts'
import type { ConfigFile } from '../../../contract/config-file.ts'
import { planError } from './plan-error.ts'
import type { ObjectsPlan, PositionsPlan, Section, SectionMoves, SectionPlan } from './config-plan.ts'
import { describePositions, posView } from '../../gateway/position-routes.ts'

type NamedPosition = Pos & { readonly name: string }

const isSame = (a: Pos, b: Pos): boolean => a.pos_x === b.pos_x && a.pos_y === b.pos_y

/** Throws LB_ERR_VALIDATION if the file has a position for an object that will not exist. */
export function planPositions(file: ConfigFile, current: Snapshot, plan: ObjectsPlan): PositionsPlan {
  const before: Record<string, Pos> = {}
  const after: Record<string, Pos> = {}
  const errors: FieldError[] = []

  const planSection = (
    section: Section,
    { result }: SectionPlan<{ readonly name: string }>,
    byId: ReadonlyMap<number, { readonly posX: number; readonly posY: number }>,
    entries: readonly NamedPosition[] = [],
  ): SectionMoves => {
    const ids = new Map(result.map(({ id, form }) => [form.name, id]))
    const repeated = new Set(
      result.filter(({ id, form }) => ids.get(form.name) !== id).map(({ form }) => form.name),
    )
    const moves: ObjectPosition[] = []
    for (const [index, { name, pos_x, pos_y }] of entries.entries()) {
      const id = ids.get(name)
      if (repeated.has(name))
        errors.push({ pointer: `/positions/${section}/${index}`, detail: 'Could place several.' })
      if (id === undefined)
        errors.push({ pointer: `/positions/${section}/${index}`, detail: 'Places what there will not be.' })
      const node = id == null ? undefined : byId.get(id)
      if (id == null || node === undefined || isSame(posView(node), { pos_x, pos_y })) continue
      before[`${section}/${name}`] = posView(node)
      after[`${section}/${name}`] = { pos_x, pos_y }
      moves.push({ id, posX: pos_x, posY: pos_y })
    }
    return { moves, newPositions: new Map(entries.map(({ name, pos_x, pos_y }) => [name, { pos_x, pos_y }])) }
  }

  const { endpoints, incoming_blocks, client_tokens, incoming } = file.positions ?? {}
  const moves = {
    endpoints: planSection('endpoints', plan.endpoints, current.endpointById, endpoints),
    incoming_blocks: planSection('incoming_blocks', plan.blocks, current.blockById, incoming_blocks),
    client_tokens: planSection('client_tokens', plan.tokens, current.tokenById, client_tokens),
  }
  if (errors.length > 0) throw planError(errors)
  const stays = incoming === undefined || isSame(incoming, posView(current.settings.incomingPos))
  if (!stays) {
    before['incoming'] = posView(current.settings.incomingPos)
    after['incoming'] = incoming
  }
  const isChanged = Object.keys(after).length > 0
  return { ...moves, incoming: stays ? null : incoming, isChanged, before, after }
}

/** The positions of the nodes that the plan moves, by id, for the audit. */
export const describePlannedPositions =
  ({ endpoints, incoming_blocks, client_tokens, incoming }: PositionsPlan) =>
  (configuration: Configuration): AuditFields => {
    const nodes = (moves: readonly ObjectPosition[]) =>
      moves.map(({ id, posX, posY }) => ({ id, pos_x: posX, pos_y: posY }))
    const moved = describePositions({
      endpoints: nodes(endpoints.moves),
      incoming_blocks: nodes(incoming_blocks.moves),
      client_tokens: nodes(client_tokens.moves),
    })(configuration)
    return incoming ? { ...moved, incoming: posView(configuration.settings.incomingPos) } : moved
  }
