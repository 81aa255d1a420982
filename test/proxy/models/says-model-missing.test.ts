import { describe, expect, it } from 'vitest'
import { saysModelMissing } from '../../../src/proxy/models/says-model-missing.ts'

describe('the error response of an engine', () => {
  it.each([
    [
      'vLLM',
      {
        error: { message: 'The model `m` does not exist.', type: 'NotFoundError', param: 'model', code: 404 },
      },
    ],
    [
      'an older vLLM',
      { object: 'error', message: 'The model `m` does not exist.', type: 'NotFoundError', code: 404 },
    ],
    [
      'OpenAI',
      { error: { message: 'You have no access.', type: 'invalid_request_error', code: 'model_not_found' } },
    ],
    [
      'Ollama',
      { error: { message: 'model "m" not found, try pulling it first', type: 'api_error', code: null } },
    ],
    ["Ollama's own API", { error: "model 'm' not found" }],
    ['Anthropic', { type: 'error', error: { type: 'not_found_error', message: 'model: m not found' } }],
    ['Anthropic itself', { type: 'error', error: { type: 'not_found_error', message: 'model: m' } }],
    ['a router', { detail: 'No such model' }],
  ])('of %s says that it lacks the model', (_engine, body) => {
    expect(saysModelMissing(Buffer.from(JSON.stringify(body)))).toBe(true)
  })

  it.each([
    ['an unknown route', '{"detail":"Not Found"}'],
    ['another object', '{"error":{"message":"Response with id resp_1 not found.","code":404}}'],
    [
      'another object of Anthropic',
      '{"type":"error","error":{"type":"not_found_error","message":"batch: b"}}',
    ],
    ['a model with a fault', '{"error":{"message":"The model failed."}}'],
    ['a list', '[{"error":"model not found"}]'],
    ['null', 'null'],
    ['no JSON', 'model not found'],
    ['nothing', ''],
  ])('that is about %s does not', (_what, body) => {
    expect(saysModelMissing(Buffer.from(body))).toBe(false)
  })
})
