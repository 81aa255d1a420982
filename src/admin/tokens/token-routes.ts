// Routes of client tokens: list, create, change, delete, restore.
import { digestSecret } from '../../config/secret-digest.ts'
import {
  clientTokenCreate,
  clientTokenCreated,
  clientTokenList,
  clientTokenPatch,
  clientTokenView,
  type ClientTokenCreate,
  type ClientTokenCreated,
} from '../../contract/client-token.ts'
import { okView } from '../../contract/gateway.ts'
import type { TokenConfig } from '../../core/state/configuration.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import { previewSecret } from '../../core/secret-preview.ts'
import type { AdminContext } from '../http/admin-context.ts'
import type { Change } from '../changes/apply-change.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { deleteObject, restoreObject } from '../changes/soft-deletion.ts'
import { checkAddedShares } from './guaranteed-shares.ts'
import { requireObject } from '../changes/require-object.ts'
import { checkVersionOf } from '../changes/object-definition.ts'
import { isTestToken } from './test-tokens.ts'
import { createTokenDefinition } from './token-definition.ts'
import { makeToken, newToken, tokenSettings } from './token-values.ts'
import { tokenView } from './token-view.ts'

type Digested = Pick<TokenConfig, 'digest'>

function refuseReservedDigest(reservedDigests: ReadonlySet<string>, { digest }: Digested): void {
  if (!reservedDigests.has(digest)) return
  throw gatewayError('LB_ERR_CONFLICT', 'LB_CLIENT_TOKENS holds this token value already.')
}

function createToken(
  definition: ReturnType<typeof createTokenDefinition>,
  { token = makeToken(), ...settings }: ClientTokenCreate,
  refuseReserved: (token: Digested) => void,
): Change<number, ClientTokenCreated> {
  return {
    ...definition,
    verb: 'create',
    async work(tx, current) {
      const digest = digestSecret(token)
      refuseReserved({ digest })
      const values = tokenSettings(settings, newToken(current), current)
      const { id } = await tx.tokens.insert({ ...values, digest, preview: previewSecret(token) })
      return id
    },
    response: (snapshot, id) => ({ ...definition.view(snapshot, id), token }),
  }
}

export function createTokenRoutes(context: AdminContext): AdminRoute[] {
  const { state, applyChange, reservedDigests } = context
  const definition = createTokenDefinition(context)
  const refuseReserved = (taken: Digested): void => refuseReservedDigest(reservedDigests, taken)

  return [
    defineRoute({
      method: 'GET',
      path: '/tokens',
      summary: 'List the client tokens',
      response: clientTokenList,
      handle: () => state.snapshot().tokens.map((token) => tokenView(state, token)),
    }),
    defineRoute({
      method: 'POST',
      path: '/tokens',
      summary: 'Create a client token; the only response that shows its value',
      body: clientTokenCreate,
      response: clientTokenCreated,
      refuses: [404, 409],
      handle: ({ body, author }) => applyChange(author, createToken(definition, body, refuseReserved)),
    }),
    defineRoute({
      method: 'GET',
      path: '/tokens/{id}',
      summary: 'One client token, without its value',
      response: clientTokenView,
      handle: ({ ids: { id } }) => definition.view(state.snapshot(), id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/tokens/{id}',
      summary: 'Change a client token',
      body: clientTokenPatch,
      response: clientTokenView,
      handle: ({ ids: { id }, body, author }) =>
        applyChange(author, {
          ...definition,
          verb: 'update',
          ...checkVersionOf(definition, id),
          async work(tx, current) {
            const base = requireObject(current.tokenById, id, 'client token')
            await tx.tokens.update(id, tokenSettings(body, base, current, id))
            return id
          },
          response: definition.view,
        }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/tokens/{id}',
      summary: 'Revoke a client token; it can be restored for 30 days',
      response: okView,
      handle: ({ ids: { id }, author }) => applyChange(author, deleteObject(definition, id)),
    }),
    defineRoute({
      method: 'POST',
      path: '/tokens/{id}/restore',
      summary: 'Restore a revoked client token',
      response: clientTokenView,
      refuses: [409],
      handle: ({ ids: { id }, author }) =>
        applyChange(
          author,
          restoreObject(definition, id, author.ifMatch, (restored, current) => {
            if (isTestToken(restored)) throw gatewayError('LB_ERR_CONFLICT', 'A test token ends for good.')
            refuseReserved(restored)
            checkAddedShares([restored], restored.blockId, current)
          }),
        ),
    }),
  ]
}
