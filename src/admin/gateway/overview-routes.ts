// Routes of the gateway's state and audit log.
import { auditPage, auditQuery } from '../../contract/audit.ts'
import { stateView as stateSchema } from '../../contract/gateway.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { stateView } from './state-view.ts'

export function createOverviewRoutes(context: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/state',
      summary: 'Everything configured, with live counters',
      response: stateSchema,
      handle: () => stateView(context),
    }),
    defineRoute({
      method: 'GET',
      path: '/audit',
      summary: 'Who changed what, newest first',
      query: auditQuery,
      response: auditPage,
      handle: ({ query }) => context.store.readAudit(query),
    }),
  ]
}
