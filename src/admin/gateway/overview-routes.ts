// Routes of the gateway's state and audit log.
import { Readable } from 'node:stream'
import { auditPage, auditQuery } from '../../contract/audit.ts'
import { stateView as stateSchema } from '../../contract/gateway.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { renderState } from './render-state.ts'

export function createOverviewRoutes(context: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/state',
      summary: 'Everything configured, with live counters',
      response: stateSchema,
      async handle({ setHeader }) {
        const { etag, body } = await renderState(context)
        setHeader('etag', etag)
        setHeader('content-type', 'application/json; charset=utf-8')
        return Readable.from([body], { objectMode: false })
      },
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
