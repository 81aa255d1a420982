// Routes of live figures: a snapshot, a stream of events, and the history of the last minutes.
import {
  eventStream,
  eventsQuery,
  firstTokenHistoryView as firstTokenHistorySchema,
  historyView as historySchema,
  liveView as liveSchema,
} from '../../contract/traffic/live.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import type { EventStreams } from './event-streams.ts'
import { firstTokenHistoryView, historyView, liveView } from './live-view.ts'

export function createLiveRoutes(context: AdminContext, streams: EventStreams): AdminRoute[] {
  const { authentication } = context
  return [
    defineRoute({
      method: 'GET',
      path: '/live',
      summary: 'What goes on now: rates, in flight, waiting, standing',
      response: liveSchema,
      handle: () => liveView(context),
    }),
    defineRoute({
      method: 'GET',
      path: '/events',
      summary: 'The state and what goes on, as server-sent events',
      query: eventsQuery,
      response: eventStream,
      responseType: 'text/event-stream',
      refuses: [503],
      handle({ operator, query, setHeader }) {
        const stream = streams.open({
          takesChanges: query.changes === 'true',
          watchEnd: (onEnd) => authentication.onSessionEnd(operator, onEnd),
        })
        // Disables the response buffering of nginx, which would delay events.
        setHeader('x-accel-buffering', 'no')
        return stream
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/history',
      summary: 'Rates of the last five minutes',
      response: historySchema,
      handle: () => historyView(context),
    }),
    defineRoute({
      method: 'GET',
      path: '/history/first-token',
      summary: 'Times to the first token of the last five minutes',
      response: firstTokenHistorySchema,
      handle: () => firstTokenHistoryView(context),
    }),
  ]
}
