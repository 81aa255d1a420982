// Unites what two endpoints say of a model.
import type { Model } from './served-models.ts'

const isNumber = (value: unknown): value is number => typeof value === 'number'

/**
 * Clients trim prompts to `max_model_len`, and any of the endpoints may serve them: the least holds.
 * @returns the first card otherwise.
 */
export function uniteCards(first: Model, { max_model_len: length }: Model): Model {
  const { max_model_len: known } = first
  if (!isNumber(length) || (isNumber(known) && known <= length)) return first
  return { ...first, max_model_len: length }
}
