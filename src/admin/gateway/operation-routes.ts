// Routes of operations on the running gateway that change no configuration.
import { okView, type OkView } from '../../contract/gateway.ts'
import type { AdminContext } from '../http/admin-context.ts'
import type { Change } from '../changes/apply-change.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'

/** An operation changes no object but is audited like a change. */
const operation = (verb: string): Change<null, OkView> => ({
  objectType: 'gateway',
  verb,
  describe: () => null,
  work: () => Promise.resolve(null),
  response: () => ({ ok: true }),
})

export function createOperationRoutes(context: AdminContext): AdminRoute[] {
  const { state, store, cache, applyChange, trafficShare, onCapacityChanged } = context
  return [
    defineRoute({
      method: 'POST',
      path: '/reset-stats',
      summary: 'Zero counters and windows, end cooldowns, empty the cache',
      response: okView,
      async handle({ author }) {
        const response = await applyChange(author, operation('reset_stats'))
        state.resetStatistics()
        trafficShare?.reset()
        cache.clear()
        onCapacityChanged?.()
        return response
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/cache/clear',
      summary: 'Empty the response cache',
      response: okView,
      async handle({ author }) {
        const response = await applyChange(author, operation('clear_cache'))
        cache.clear()
        return response
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/db/vacuum',
      summary: 'Give unused space in the database file back',
      response: okView,
      async handle({ author }) {
        const response = await applyChange(author, operation('vacuum_db'))
        await store.vacuum()
        return response
      },
    }),
  ]
}
