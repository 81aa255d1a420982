// The views of a client token: with totals for the admin API, with settings only for the audit.
import type { ClientTokenView } from '../../contract/client-token.ts'
import { clientTokenFields } from '../../contract/objects/client-token-fields.ts'
import { findById, type Configuration, type TokenConfig } from '../../core/state/configuration.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { AuditFields } from '../changes/audit-diff.ts'
import { createFieldView } from '../changes/field-values.ts'
import { tokenEtag } from '../changes/etag.ts'

const shown = createFieldView(clientTokenFields)

function settings(token: TokenConfig) {
  const { name, ...fields } = shown(token)
  return { name, token_preview: token.preview, ...fields }
}

export function tokenTotals(state: GatewayState, id: number) {
  const counters = state.ledger.token(id)
  return {
    total_requests: counters.totalRequests,
    prompt_tokens_total: counters.promptTokens,
    completion_tokens_total: counters.completionTokens,
    cached_tokens_total: counters.cachedTokens,
    reasoning_tokens_total: counters.reasoningTokens,
  }
}

export function tokenView(state: GatewayState, token: TokenConfig): ClientTokenView {
  return {
    id: token.id,
    etag: tokenEtag(token),
    ...settings(token),
    created_at: token.createdAt,
    updated_at: token.updatedAt,
    ...tokenTotals(state, token.id),
  }
}

/** Includes whether it is the prioritised input token, which ends when it is deleted. */
export function describeToken(configuration: Configuration, id: number): AuditFields | null {
  const token = findById(configuration.tokens, id)
  if (token === undefined) return null
  return { ...settings(token), priority_input: configuration.settings.priorityInputTokenId === id }
}
