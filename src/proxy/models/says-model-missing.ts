// Recognises the error response of an endpoint that does not have the requested model.
import { readErrorBody } from '../upstream/error-body.ts'

const namesModel = /\bmodel\b/i
const saysMissing = /not found|not exist|not available|no such|unknown/i

/** @param body - of a 404 to a request that names a model. */
export function saysModelMissing(body: Buffer): boolean {
  const error = readErrorBody(body)
  if (error === undefined) return false
  if (error.code === 'model_not_found' || error.param === 'model') return true
  // Anthropic names the model and says no more.
  return (
    namesModel.test(error.message) && (error.type === 'not_found_error' || saysMissing.test(error.message))
  )
}
