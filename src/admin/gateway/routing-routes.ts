// The route of the routing settings.
import { routingPatch, routingView, type RoutingView } from '../../contract/gateway.ts'
import type { Configuration } from '../../core/state/configuration.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { routingEtag } from '../changes/etag.ts'
import { requireMatch } from '../changes/if-match.ts'
import { requireObject } from '../changes/require-object.ts'

/** The routing settings, for the view and for the audit. */
export const readRouting = ({ settings }: Configuration): Omit<RoutingView, 'etag'> => ({
  routing_mode: settings.routingMode,
  placement: settings.placement,
  priority_input_token_id: settings.priorityInputTokenId,
})

const view = (configuration: Configuration): RoutingView => ({
  etag: routingEtag(configuration),
  ...readRouting(configuration),
})

export function createRoutingRoutes({ applyChange }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'PATCH',
      path: '/routing',
      summary: 'Change the routing mode, the placement or the prioritised input token',
      body: routingPatch,
      response: routingView,
      refuses: [404],
      handle: ({ body, author }) =>
        applyChange(author, {
          objectType: 'routing',
          verb: 'update',
          describe: readRouting,
          checkVersion: (ifMatch, current) =>
            requireMatch(ifMatch, { etag: routingEtag(current), view: () => view(current) }, 'The routing'),
          async work(tx, current) {
            const { settings } = current
            const { priority_input_token_id: tokenId = settings.priorityInputTokenId } = body
            if (tokenId) requireObject(current.tokenById, tokenId, 'client token')
            await tx.saveSettings({
              routingMode: body.routing_mode ?? settings.routingMode,
              placement: body.placement ?? settings.placement,
              priorityInputTokenId: tokenId || null,
            })
            return null
          },
          response: view,
        }),
    }),
  ]
}
