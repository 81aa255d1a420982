// Reads a client token's settings out of a request, and makes its value where the request brings none.
import { randomBytes } from 'node:crypto'
import type { ClientTokenPatch } from '../../contract/client-token.ts'
import { clientTokenFields } from '../../contract/objects/client-token-fields.ts'
import { initialValues, type ValuesOf } from '../../contract/objects/field-table.ts'
import type { Snapshot } from '../../core/state/configuration.ts'
import { mergeValues } from '../changes/field-values.ts'
import { checkShare } from './guaranteed-shares.ts'
import { requireObject } from '../changes/require-object.ts'

/** A new client token's value. */
export const makeToken = (): string => `ct-${randomBytes(32).toString('base64url')}`

export type TokenSettings = ValuesOf<typeof clientTokenFields>

/** The defaults of a new token. */
export const newToken = ({ defaultBlockId }: Snapshot): TokenSettings => ({
  ...initialValues(clientTokenFields),
  blockId: defaultBlockId,
})

/**
 * Throws LB_ERR_NOT_FOUND if the request names an unknown block or endpoint, LB_ERR_VALIDATION if the block cannot
 * guarantee the share.
 * @param base - the values of fields that the request leaves out. @param id - undefined for a new token.
 */
export function tokenSettings(
  body: ClientTokenPatch,
  base: TokenSettings,
  current: Snapshot,
  id?: number,
): TokenSettings {
  const preferred = body.preferred_endpoint_id
  if (body.incoming_block_id !== undefined) {
    requireObject(current.blockById, body.incoming_block_id, 'incoming block')
  }
  if (preferred != null) requireObject(current.endpointById, preferred, 'endpoint')
  const settings = mergeValues(clientTokenFields, body, base)
  checkShare(settings, base, current, id)
  return settings
}
