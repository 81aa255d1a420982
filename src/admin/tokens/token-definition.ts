// A client token as an object of the configuration: where it is stored, and how it is shown and audited.
import type { Snapshot, TokenConfig } from '../../core/state/configuration.ts'
import { tokenEtag } from '../changes/etag.ts'
import type { ObjectDefinition } from '../changes/object-definition.ts'
import { requireObject } from '../changes/require-object.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { describeToken, tokenView } from './token-view.ts'

export const createTokenDefinition = ({ state }: Pick<AdminContext, 'state'>) =>
  ({
    objectType: 'client_token',
    kind: 'client token',
    objects: (tx) => tx.tokens,
    byId: ({ tokenById }) => tokenById,
    describe: describeToken,
    etagOf: tokenEtag,
    view: (snapshot: Snapshot, id: number) =>
      tokenView(state, requireObject(snapshot.tokenById, id, 'client token')),
  }) satisfies ObjectDefinition<TokenConfig>
