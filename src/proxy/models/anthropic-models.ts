// Models in the form that Anthropic's clients read, page by page.
import { z } from 'zod'
import { gatewayError } from '../../core/gateway-error.ts'
import type { Model } from '../../core/models/served-models.ts'
import { createdAt } from './created-at.ts'

interface AnthropicModel {
  readonly type: 'model'
  readonly id: string
  readonly display_name: string
  /** RFC 3339; the epoch where it is not known. */
  readonly created_at: string
  readonly max_input_tokens: number | null
}

interface AnthropicPage {
  readonly data: readonly AnthropicModel[]
  readonly has_more: boolean
  readonly first_id: string | null
  readonly last_id: string | null
}

/** @see https://platform.claude.com/docs/en/api/models */
export const anthropicModel = (model: Model): AnthropicModel => ({
  type: 'model',
  id: model.id,
  display_name: typeof model.display_name === 'string' ? model.display_name : model.id,
  created_at: createdAt(model),
  max_input_tokens: typeof model.max_model_len === 'number' ? model.max_model_len : null,
})

const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(20),
  after_id: z.string().optional(),
  before_id: z.string().optional(),
})

/**
 * @param models - in ascending order of their ids. An id need not be among them: models may go between two pages.
 * @param query - as it was sent.
 * @throws gatewayError LB_ERR_BAD_REQUEST where the query is not valid.
 */
export function pageOfModels(models: readonly Model[], query: unknown): AnthropicPage {
  const parsed = pageQuery.safeParse(query)
  if (!parsed.success)
    throw gatewayError(
      'LB_ERR_BAD_REQUEST',
      'limit takes 1 to 1000; after_id and before_id take one id each.',
    )
  const { limit, after_id: after, before_id: before } = parsed.data
  const within = models.filter(
    ({ id }) => (after === undefined || id > after) && (before === undefined || id < before),
  )
  const isBackward = before !== undefined && after === undefined
  const data = (isBackward ? within.slice(-limit) : within.slice(0, limit)).map(anthropicModel)
  return {
    data,
    has_more: within.length > data.length,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}
