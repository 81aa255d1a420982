// The route of the stored history.
import {
  historyRangeQuery,
  historyRangeView as rangeSchema,
  type HistoryRangeQuery,
} from '../../contract/traffic/history.ts'
import { historyWindow } from '../../core/history/history-window.ts'
import type { HistoryObject } from '../../store/tables/history-table.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { historyRangeView, MAX_AUDIT_ROWS } from './history-view.ts'

const HOUR_MS = 3_600_000

/** An object that has been deleted has a history, too. */
function objectOf({ endpoint_id, block_id }: HistoryRangeQuery): HistoryObject {
  if (endpoint_id !== undefined) return { kind: 'endpoint', id: endpoint_id }
  if (block_id !== undefined) return { kind: 'block', id: block_id }
  return { kind: 'total', id: 0 }
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

export function createHistoryRoutes({ store }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/history/range',
      summary: 'Traffic of a window of the last 35 days, with the changes in it',
      query: historyRangeQuery,
      response: rangeSchema,
      async handle({ query }) {
        const nowMs = Date.now()
        const toMs = query.to === undefined ? nowMs : Date.parse(query.to)
        const fromMs = query.from === undefined ? toMs - HOUR_MS : Date.parse(query.from)
        const window = historyWindow({ fromMs, toMs, stepS: query.step }, nowMs)
        const object = objectOf(query)
        const stored = await store.readHistory(window, object)
        const times = { since: iso(window.fromS), until: iso(window.toS) }
        const audit = await store.readAudit({ limit: MAX_AUDIT_ROWS, ...times })
        return historyRangeView(window, object, stored, audit)
      },
    }),
  ]
}
