// The plan that a configuration file results in: what is created, changed and deleted.
import type { Pos } from '../../contract/gateway.ts'
import type { ObjectPosition } from '../../store/store.ts'
import type { BlockForm, EndpointForm, RoutingForm, TokenForm } from './config-forms.ts'

/** An object that is to be, is, or was; `id` is null of one that is yet to be made. */
export interface Planned<Form> {
  readonly id: number | null
  readonly before: Form | null
  readonly after: Form | null
}

export interface SectionPlan<Form> {
  /** What the file creates and changes, in its order; then what it deletes. */
  readonly changes: readonly Planned<Form>[]
  /** All objects as they are once the plan is carried out, the file's first. */
  readonly result: readonly { readonly id: number | null; readonly form: Form }[]
  /** Names that are configured and not in the file, and stay. */
  readonly unlisted: readonly string[]
}

export interface ConfigPlan {
  readonly endpoints: SectionPlan<EndpointForm>
  readonly blocks: SectionPlan<BlockForm>
  readonly tokens: SectionPlan<TokenForm>
  readonly routing: { readonly before: RoutingForm; readonly after: RoutingForm; readonly isChanged: boolean }
  readonly positions: PositionsPlan
}

/** Before positions, which need to know what will be there. */
export type ObjectsPlan = Omit<ConfigPlan, 'positions'>

export type Section = 'endpoints' | 'incoming_blocks' | 'client_tokens'

export interface SectionMoves {
  /** Of objects that exist already. */
  readonly moves: readonly ObjectPosition[]
  /** Positions of objects that are created, by name. */
  readonly newPositions: ReadonlyMap<string, Pos>
}

export interface PositionsPlan extends Readonly<Record<Section, SectionMoves>> {
  readonly incoming: Pos | null
  readonly isChanged: boolean
  /** Of what moves, by section and name. */
  readonly before: Readonly<Record<string, Pos>>
  readonly after: Readonly<Record<string, Pos>>
}
