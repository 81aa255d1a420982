// Routes that say where requests were sent and why, and where a request would be sent.
import {
  decisionPage,
  decisionsQuery,
  explainRequest,
  explanationView as explanationSchema,
} from '../../contract/traffic/decision.ts'
import { requireObject } from '../changes/require-object.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { decisionView, explanationView } from './decision-view.ts'

export function createDecisionRoutes({ state, decisions, explain }: AdminContext): AdminRoute[] {
  const findClient = (tokenId: number | undefined, blockId: number | undefined) => {
    const { tokenById, blockById, defaultBlockId } = state.snapshot()
    if (tokenId !== undefined) {
      const token = requireObject(tokenById, tokenId, 'client token')
      return { token, blockId: token.blockId }
    }
    if (blockId !== undefined) requireObject(blockById, blockId, 'incoming block')
    return { token: null, blockId: blockId ?? defaultBlockId }
  }
  return [
    defineRoute({
      method: 'GET',
      path: '/decisions',
      summary: 'Where the last requests were sent and why, newest first',
      query: decisionsQuery,
      response: decisionPage,
      async handle({ query }) {
        const filter = {
          endpointId: query.endpoint_id,
          tokenId: query.token_id,
          blockId: query.block_id,
          model: query.model,
          outcome: query.outcome,
          slowerThanMs: query.slower_than_ms,
        }
        return (await decisions.list(filter, query.limit)).map(decisionView)
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/explain',
      summary: 'Where a request would be sent and why; sends nothing',
      body: explainRequest,
      response: explanationSchema,
      refuses: [404],
      isConditional: false,
      handle({ body: { body, path, token_id, block_id, headers } }) {
        const text = typeof body === 'string' ? body : JSON.stringify(body)
        return explanationView(
          explain({ path, body: text, identity: findClient(token_id, block_id), headers }),
        )
      },
    }),
  ]
}
