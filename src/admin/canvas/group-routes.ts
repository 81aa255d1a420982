// The route of the canvas's groups of endpoints: a colour for one, and a new name for all of its endpoints at once.
import {
  endpointGroupChanged,
  endpointGroupPatch,
  MAX_GROUP_COLORS,
  type EndpointGroupPatch,
} from '../../contract/canvas/endpoint-group.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { Configuration, EndpointConfig, Snapshot } from '../../core/state/configuration.ts'
import type { StoreTransaction } from '../../store/store.ts'
import type { Touched } from '../changes/apply-change.ts'
import type { AuditFields } from '../changes/audit-diff.ts'
import { describeEndpoint } from '../endpoints/endpoint-view.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'

const colorOf = ({ groupColors }: Configuration, name: string) =>
  groupColors.find((group) => group.name === name)?.color ?? null

const membersOf = ({ endpoints }: Configuration, name: string): EndpointConfig[] =>
  endpoints.filter(({ group }) => group === name)

/** Throws LB_ERR_NOT_FOUND for a group that no endpoint names, LB_ERR_CONFLICT for a name that another group has. */
async function rename(tx: StoreTransaction, current: Snapshot, from: string, to: string): Promise<number[]> {
  const members = membersOf(current, from)
  if (members.length === 0)
    throw gatewayError('LB_ERR_NOT_FOUND', `No endpoint names the group ${JSON.stringify(from)}.`)
  if (membersOf(current, to).length > 0)
    throw gatewayError('LB_ERR_CONFLICT', `There is a group ${JSON.stringify(to)} already.`)
  for (const { id } of members) await tx.endpoints.update(id, { group: to })
  const color = colorOf(current, from)
  if (color !== null) {
    await tx.groupColors.clear(from)
    await tx.groupColors.set({ name: to, color })
  }
  return members.map(({ id }) => id)
}

async function setColor(
  tx: StoreTransaction,
  current: Snapshot,
  name: string,
  color: NonNullable<EndpointGroupPatch['color']> | null,
): Promise<void> {
  if (color === null) return tx.groupColors.clear(name)
  if (current.groupColors.length >= MAX_GROUP_COLORS && colorOf(current, name) === null)
    throw gatewayError('LB_ERR_CONFLICT', `At most ${MAX_GROUP_COLORS} groups have a colour of their own.`)
  return tx.groupColors.set({ name, color })
}

/** Its name and colour, under the one of two names that it has at that time. */
const describeGroup =
  (from: string, to: string) =>
  (configuration: Configuration): AuditFields => {
    const name = membersOf(configuration, from).length > 0 ? from : to
    return { name, color: colorOf(configuration, name) }
  }

export function createGroupRoutes({ applyBatch }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'PATCH',
      path: '/endpoint-groups',
      summary: 'Give a group of the canvas a colour, or all of its endpoints another name of the group',
      body: endpointGroupPatch,
      response: endpointGroupChanged,
      refuses: [404, 409],
      handle({ body: { group, name = group, color }, author }) {
        if (name === group && color === undefined)
          throw gatewayError('LB_ERR_NOTHING_TO_UPDATE', 'The body has neither a new name nor a colour.')
        return applyBatch(author, {
          async work(tx, current) {
            const renamed = name === group ? [] : await rename(tx, current, group, name)
            if (color !== undefined) await setColor(tx, current, name, color)
            return renamed
          },
          touched: (renamed): Touched[] => [
            { objectType: 'endpoint_group', verb: 'update', id: name, describe: describeGroup(group, name) },
            ...renamed.map((id) => ({
              objectType: 'endpoint',
              verb: 'update',
              id,
              describe: (configuration: Configuration) => describeEndpoint(configuration, id),
            })),
          ],
          response: (snapshot) => ({ name, color: colorOf(snapshot, name) }),
        })
      },
    }),
  ]
}
