// Compares the positions of a configuration file with where nodes are on the canvas.
import type { Pos } from '../contract/gateway.ts'
import type { FieldError } from '../contract/problem.ts'
import type { Configuration, Snapshot } from '../core/configuration.ts'
import type { ObjectPosition } from '../store/store.ts'
import type { AuditFields } from './audit-diff.ts'
import { badFile, type ConfigDocument } from './config-document.ts'
import type { ObjectsPlan, SectionPlan } from './plan-config.ts'
import { describePlaces, posView } from './position-routes.ts'

type Section = 'endpoints' | 'incoming_blocks' | 'client_tokens'
type Place = Pos & { readonly name: string }

interface SectionMoves {
  /** Of objects that are there already. */
  readonly moves: readonly ObjectPosition[]
  /** Where those are put that are yet to be made, by name. */
  readonly places: ReadonlyMap<string, Pos>
}

export interface PositionsPlan extends Readonly<Record<Section, SectionMoves>> {
  readonly incoming: Pos | null
  readonly isChanged: boolean
  /** Of what moves, by section and name. */
  readonly before: Readonly<Record<string, Pos>>
  readonly after: Readonly<Record<string, Pos>>
}

const isSame = (a: Pos, b: Pos): boolean => a.pos_x === b.pos_x && a.pos_y === b.pos_y

/** Throws LB_ERR_VALIDATION where the file places what there will not be. */
export function planPositions(document: ConfigDocument, current: Snapshot, plan: ObjectsPlan): PositionsPlan {
  const { file, errorAt } = document
  const before: Record<string, Pos> = {}
  const after: Record<string, Pos> = {}
  const errors: FieldError[] = []

  const planSection = (
    section: Section,
    { result }: SectionPlan<{ readonly name: string }>,
    byId: ReadonlyMap<number, { readonly posX: number; readonly posY: number }>,
    wanted: readonly Place[] = [],
  ): SectionMoves => {
    const ids = new Map(result.map(({ id, form }) => [form.name, id]))
    const repeated = new Set(
      result.filter(({ id, form }) => ids.get(form.name) !== id).map(({ form }) => form.name),
    )
    const moves: ObjectPosition[] = []
    for (const [index, { name, pos_x, pos_y }] of wanted.entries()) {
      const id = ids.get(name)
      if (repeated.has(name)) errors.push(errorAt(`/positions/${section}/${index}`, 'Could place several.'))
      if (id === undefined)
        errors.push(errorAt(`/positions/${section}/${index}`, 'Places what there will not be.'))
      const node = id == null ? undefined : byId.get(id)
      if (id == null || node === undefined || isSame(posView(node), { pos_x, pos_y })) continue
      before[`${section}/${name}`] = posView(node)
      after[`${section}/${name}`] = { pos_x, pos_y }
      moves.push({ id, posX: pos_x, posY: pos_y })
    }
    return { moves, places: new Map(wanted.map(({ name, pos_x, pos_y }) => [name, { pos_x, pos_y }])) }
  }

  const { endpoints, incoming_blocks, client_tokens, incoming } = file.positions ?? {}
  const moves = {
    endpoints: planSection('endpoints', plan.endpoints, current.endpointById, endpoints),
    incoming_blocks: planSection('incoming_blocks', plan.blocks, current.blockById, incoming_blocks),
    client_tokens: planSection('client_tokens', plan.tokens, current.tokenById, client_tokens),
  }
  if (errors.length > 0) throw badFile(errors)
  const stays = incoming === undefined || isSame(incoming, posView(current.settings.incomingPos))
  if (!stays) {
    before['incoming'] = posView(current.settings.incomingPos)
    after['incoming'] = incoming
  }
  const isChanged = Object.keys(after).length > 0
  return { ...moves, incoming: stays ? null : incoming, isChanged, before, after }
}

/** Shows the places of what the plan moves, by id as other moves are shown. */
export const describePlannedPositions =
  ({ endpoints, incoming_blocks, client_tokens, incoming }: PositionsPlan) =>
  (configuration: Configuration): AuditFields => {
    const nodes = (moves: readonly ObjectPosition[]) =>
      moves.map(({ id, posX, posY }) => ({ id, pos_x: posX, pos_y: posY }))
    const moved = describePlaces({
      endpoints: nodes(endpoints.moves),
      incoming_blocks: nodes(incoming_blocks.moves),
      client_tokens: nodes(client_tokens.moves),
    })(configuration)
    return incoming ? { ...moved, incoming: posView(configuration.settings.incomingPos) } : moved
  }
