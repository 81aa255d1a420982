// Maps the routing mode to its policy: the only place where selection reads the mode.
import type { RoutingMode } from '../../../contract/objects/routing-field-schemas.ts'
import type { RoutingSettings } from '../../state/configuration.ts'
import { balancedPolicy } from './balanced.ts'
import type { RoutingPolicy } from './policy.ts'
import { priorityPolicy } from './priority.ts'
import { quotaSharePolicy } from './quota-share.ts'

const policies: Readonly<Record<RoutingMode, RoutingPolicy>> = {
  percentage: quotaSharePolicy,
  priority: priorityPolicy,
  balanced: balancedPolicy,
}

export const policyOf = ({ routingMode }: RoutingSettings): RoutingPolicy => policies[routingMode]
