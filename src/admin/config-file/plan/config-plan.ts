// The types of a plan: what a configuration file creates, changes and deletes.
import type { Pos } from '../../../contract/gateway.ts'
import type { ObjectPosition } from '../../../store/store.ts'
import type { GroupColor } from '../../../core/state/configuration.ts'
import type { AliasForm, BlockForm, EndpointForm, NoteForm, RoutingForm, TokenForm } from '../config-forms.ts'

/** A created, changed or deleted object. `id` is null if the plan creates it. */
export interface Planned<Form> {
  readonly id: number | null
  readonly before: Form | null
  readonly after: Form | null
}

export interface SectionPlan<Form> {
  /** Created and changed objects in the order of the file, then deleted ones. */
  readonly changes: readonly Planned<Form>[]
  /** All objects as they will be after the plan is applied, those of the file first. */
  readonly result: readonly { readonly id: number | null; readonly form: Form }[]
  /** Names of configured objects that the file does not list and the plan keeps. */
  readonly unlisted: readonly string[]
}

export interface CanvasPlan {
  readonly notes: {
    readonly changes: readonly Planned<NoteForm>[]
    /** How many of the canvas the file does not list and the plan keeps. */
    readonly unlisted: number
  }
  readonly groups: readonly Planned<GroupColor>[]
}

export interface ConfigPlan {
  readonly endpoints: SectionPlan<EndpointForm>
  readonly blocks: SectionPlan<BlockForm>
  readonly tokens: SectionPlan<TokenForm>
  readonly aliases: SectionPlan<AliasForm>
  readonly routing: { readonly before: RoutingForm; readonly after: RoutingForm; readonly isChanged: boolean }
  readonly positions: PositionsPlan
  readonly canvas: CanvasPlan
}

/** Without positions, which are planned from the resulting objects, and without what only the canvas shows. */
export type ObjectsPlan = Omit<ConfigPlan, 'positions' | 'canvas'>

export type Section = 'endpoints' | 'incoming_blocks' | 'client_tokens'

export interface SectionMoves {
  /** Moves of objects that exist already. */
  readonly moves: readonly ObjectPosition[]
  /** Positions of objects that are created, by name. */
  readonly newPositions: ReadonlyMap<string, Pos>
}

export interface PositionsPlan extends Readonly<Record<Section, SectionMoves>> {
  readonly incoming: Pos | null
  readonly isChanged: boolean
  /** Positions before the moves, by section and name. */
  readonly before: Readonly<Record<string, Pos>>
  readonly after: Readonly<Record<string, Pos>>
}
