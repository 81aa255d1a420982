// Routes of the session's test token, with which the Load Producer runs without a token being pasted.
import { okView, type OkView } from '../../contract/gateway.ts'
import { testTokenView } from '../../contract/session.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import type { TestTokens } from './test-tokens.ts'

export function createTestTokenRoutes(testTokens: TestTokens): AdminRoute[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/session/test-token',
      summary: "The client token of the session's load tests: made if there is none, else prolonged",
      isConditional: false,
      response: testTokenView,
      refuses: [409],
      handle: ({ operator, author }) => testTokens.take(operator, { ...author, ifMatch: undefined }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/session/test-token',
      summary: "Remove the session's test token",
      isConditional: false,
      response: okView,
      async handle({ operator, author }): Promise<OkView> {
        await testTokens.end(operator, { ...author, ifMatch: undefined })
        return { ok: true }
      },
    }),
  ]
}
