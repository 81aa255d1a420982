// Routes of client tokens: list, create, change, delete, restore.
import { digestSecret } from '../config/secret-digest.ts'
import {
  clientTokenCreate,
  clientTokenCreated,
  clientTokenList,
  clientTokenPatch,
  clientTokenView,
  type ClientTokenCreate,
  type ClientTokenCreated,
} from '../contract/client-token.ts'
import { okView } from '../contract/gateway.ts'
import type { Snapshot, TokenConfig } from '../core/configuration.ts'
import { gatewayError } from '../core/gateway-error.ts'
import { previewSecret } from '../core/secret-preview.ts'
import type { AdminContext } from './admin-context.ts'
import type { Change } from './apply-change.ts'
import { defineRoute, type AdminRoute } from './define-route.ts'
import { deleteObject, restoreObject } from './deletion.ts'
import { tokenEtag } from './etag.ts'
import { checkArrival } from './guaranteed-shares.ts'
import { requireObject } from './require-object.ts'
import { checkVersionOf, type Subject } from './subject.ts'
import { makeToken, newToken, tokenSettings } from './token-values.ts'
import { describeToken, tokenView } from './token-view.ts'

const createSubject = ({ state }: Pick<AdminContext, 'state'>) =>
  ({
    objectType: 'client_token',
    kind: 'client token',
    objects: (tx) => tx.tokens,
    byId: ({ tokenById }) => tokenById,
    describe: describeToken,
    etagOf: tokenEtag,
    view: (snapshot: Snapshot, id: number) =>
      tokenView(state, requireObject(snapshot.tokenById, id, 'client token')),
  }) satisfies Subject<TokenConfig>

type Digested = Pick<TokenConfig, 'digest'>

function refuseAnyOf(reservedDigests: ReadonlySet<string>, { digest }: Digested): void {
  if (!reservedDigests.has(digest)) return
  throw gatewayError('LB_ERR_CONFLICT', 'LB_CLIENT_TOKENS holds this token value already.')
}

function createToken(
  subject: ReturnType<typeof createSubject>,
  { token = makeToken(), ...settings }: ClientTokenCreate,
  refuseReserved: (token: Digested) => void,
): Change<number, ClientTokenCreated> {
  return {
    ...subject,
    verb: 'create',
    async work(tx, current) {
      const digest = digestSecret(token)
      refuseReserved({ digest })
      const values = tokenSettings(settings, newToken(current), current)
      const { id } = await tx.tokens.insert({ ...values, digest, preview: previewSecret(token) })
      return id
    },
    answer: (snapshot, id) => ({ ...subject.view(snapshot, id), token }),
  }
}

export function createTokenRoutes(context: AdminContext): AdminRoute[] {
  const { state, applyChange, reservedDigests } = context
  const subject = createSubject(context)
  const refuseReserved = (taken: Digested): void => refuseAnyOf(reservedDigests, taken)

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
      handle: ({ body, author }) => applyChange(author, createToken(subject, body, refuseReserved)),
    }),
    defineRoute({
      method: 'GET',
      path: '/tokens/{id}',
      summary: 'One client token, without its value',
      answer: clientTokenView,
      handle: ({ ids: { id } }) => subject.view(state.snapshot(), id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/tokens/{id}',
      summary: 'Change a client token',
      body: clientTokenPatch,
      answer: clientTokenView,
      handle: ({ ids: { id }, body, author }) =>
        applyChange(author, {
          ...subject,
          verb: 'update',
          ...checkVersionOf(subject, id),
          async work(tx, current) {
            const base = requireObject(current.tokenById, id, 'client token')
            await tx.tokens.update(id, tokenSettings(body, base, current, id))
            return id
          },
          answer: subject.view,
        }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/tokens/{id}',
      summary: 'Revoke a client token; it can be restored for 30 days',
      answer: okView,
      handle: ({ ids: { id }, author }) => applyChange(author, deleteObject(subject, id)),
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
          restoreObject(subject, id, author.ifMatch, (restored, current) => {
            refuseReserved(restored)
            checkArrival([restored], restored.blockId, current)
          }),
        ),
    }),
  ]
}
