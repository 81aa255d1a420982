// Routes of client tokens: list, create, change, delete, restore.
import { randomBytes } from 'node:crypto'
import { digestSecret } from '../config/secret-digest.ts'
import {
  clientTokenCreate,
  clientTokenCreated,
  clientTokenList,
  clientTokenPatch,
  clientTokenView,
} from '../contract/client-token.ts'
import { okView } from '../contract/gateway.ts'
import type { Snapshot, TokenConfig } from '../core/configuration.ts'
import { gatewayError } from '../core/gateway-error.ts'
import { previewSecret } from '../core/secret-preview.ts'
import type { AdminContext } from './admin-context.ts'
import { defineRoute, type AdminRoute } from './define-route.ts'
import { deleteObject, restoreObject, type Subject } from './deletion.ts'
import { checkArrival } from './guaranteed-shares.ts'
import { requireObject } from './require-object.ts'
import { newToken, tokenSettings } from './token-values.ts'
import { describeToken, tokenView } from './token-view.ts'

const TOKEN: Subject<TokenConfig> = {
  objectType: 'client_token',
  kind: 'client token',
  objects: (tx) => tx.tokens,
  describe: describeToken,
}

const makeToken = (): string => `ct-${randomBytes(32).toString('base64url')}`

export function createTokenRoutes({ state, applyChange, reservedDigests }: AdminContext): AdminRoute[] {
  const view = (snapshot: Snapshot, id: number) =>
    tokenView(state, requireObject(snapshot.tokenById, id, 'client token'))

  const refuseReserved = ({ digest }: Pick<TokenConfig, 'digest'>): void => {
    if (!reservedDigests.has(digest)) return
    throw gatewayError('LB_ERR_CONFLICT', 'LB_CLIENT_TOKENS holds this token value already.')
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/tokens',
      summary: 'List the client tokens',
      answer: clientTokenList,
      handle: () => state.snapshot().tokens.map((token) => tokenView(state, token)),
    }),
    defineRoute({
      method: 'POST',
      path: '/tokens',
      summary: 'Create a client token; the only answer that shows its value',
      body: clientTokenCreate,
      answer: clientTokenCreated,
      refuses: [404, 409],
      handle({ body, author }) {
        const { token = makeToken(), ...settings } = body
        return applyChange(author, {
          ...TOKEN,
          verb: 'create',
          async work(tx, current) {
            const digest = digestSecret(token)
            refuseReserved({ digest })
            const values = tokenSettings(settings, newToken(current), current)
            const { id } = await tx.tokens.insert({ ...values, digest, preview: previewSecret(token) })
            return id
          },
          answer: (snapshot, id) => ({ ...view(snapshot, id), token }),
        })
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/tokens/{id}',
      summary: 'Change a client token',
      body: clientTokenPatch,
      answer: clientTokenView,
      handle: ({ ids: { id }, body, author }) =>
        applyChange(author, {
          ...TOKEN,
          verb: 'update',
          async work(tx, current) {
            const base = requireObject(current.tokenById, id, 'client token')
            await tx.tokens.update(id, tokenSettings(body, base, current, id))
            return id
          },
          answer: view,
        }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/tokens/{id}',
      summary: 'Revoke a client token; it can be restored for 30 days',
      answer: okView,
      handle: ({ ids: { id }, author }) => applyChange(author, deleteObject(TOKEN, id)),
    }),
    defineRoute({
      method: 'POST',
      path: '/tokens/{id}/restore',
      summary: 'Restore a revoked client token',
      answer: clientTokenView,
      refuses: [409],
      handle: ({ ids: { id }, author }) =>
        applyChange(
          author,
          restoreObject(TOKEN, id, view, (restored, current) => {
            refuseReserved(restored)
            checkArrival([restored], restored.blockId, current)
          }),
        ),
    }),
  ]
}
