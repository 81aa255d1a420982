// Maps the routing mode to its policy: the only place where selection reads the mode.
import type { Placement, RoutingMode } from '../../../contract/objects/routing-field-schemas.ts'
import type { Snapshot } from '../../state/configuration.ts'
import type { RoutingRequest } from '../routing-request.ts'
import { balancedPolicy } from './balanced.ts'
import type { RoutingPolicy } from './policy.ts'
import { priorityPolicy } from './priority.ts'
import { quotaSharePolicy } from './quota-share.ts'

const policies: Readonly<Record<RoutingMode, RoutingPolicy>> = {
  percentage: quotaSharePolicy,
  priority: priorityPolicy,
  balanced: balancedPolicy,
}

/** The mode of the request's block. */
export const modeOf = ({ settings, blockById }: Snapshot, { blockId }: RoutingRequest): RoutingMode =>
  blockById.get(blockId)?.routingMode ?? settings.routingMode

export const policyOf = (snapshot: Snapshot, request: RoutingRequest): RoutingPolicy =>
  policies[modeOf(snapshot, request)]

/** How one of the endpoints that the policy allows is picked. */
export const placementOf = ({ settings, blockById }: Snapshot, { blockId }: RoutingRequest): Placement =>
  blockById.get(blockId)?.placement ?? settings.placement
