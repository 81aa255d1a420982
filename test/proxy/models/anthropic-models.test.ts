// Pages of models in Anthropic's form.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropicModel, pageOfModels } from '../../../src/proxy/models/anthropic-models.ts'

const modelsOf = (...ids: string[]) => ids.map((id) => ({ id }))

describe('a model', () => {
  it('has what the backend says of it, and what Anthropic’s clients need', () => {
    expect(
      anthropicModel({ id: 'm', created: 1_700_000_000, max_model_len: 4096, owned_by: 'vllm' }),
    ).toEqual({
      type: 'model',
      id: 'm',
      display_name: 'm',
      created_at: '2023-11-14T22:13:20.000Z',
      max_input_tokens: 4096,
    })
    const own = { display_name: 'Model M', created_at: '2025-02-19T00:00:00Z' }
    expect(anthropicModel({ id: 'm', ...own })).toMatchObject({ ...own, max_input_tokens: null })
    for (const created of [undefined, null, 'yesterday', 1e300, NaN])
      expect(anthropicModel({ id: 'm', created }).created_at).toBe('1970-01-01T00:00:00.000Z')
  })
})

describe('a page of models', () => {
  it('has twenty models unless another limit is given', () => {
    const models = modelsOf(...Array.from({ length: 30 }, (_, at) => `m-${at + 10}`))
    expect(pageOfModels(models, {}).data).toHaveLength(20)
    expect(pageOfModels(models, { limit: '1000' })).toMatchObject({
      has_more: false,
      first_id: 'm-10',
      last_id: 'm-39',
    })
    expect(pageOfModels([], {})).toEqual({ data: [], has_more: false, first_id: null, last_id: null })
  })

  it.each(['0', '1001', '1.5', 'x', '', ['1', '2']])('is refused for the limit %j', (limit) => {
    expect(() => pageOfModels([], { limit })).toThrow('limit takes 1 to 1000')
  })

  it('is one of a series that has every model once and in order, forwards and backwards', () => {
    const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 30 })
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 8 }), (unsorted, limit) => {
        const sorted = unsorted.toSorted((a, b) => (a < b ? -1 : 1))
        const models = modelsOf(...sorted)
        const forwards: string[] = []
        let page = pageOfModels(models, { limit: String(limit) })
        for (;;) {
          forwards.push(...page.data.map(({ id }) => id))
          expect(page.data.length).toBeLessThanOrEqual(limit)
          if (!page.has_more) break
          page = pageOfModels(models, { limit: String(limit), after_id: page.last_id })
        }
        expect(forwards).toEqual(sorted)
        const backwards: string[] = []
        let before = '\uffff\uffff'
        for (;;) {
          const earlier = pageOfModels(models, { limit: String(limit), before_id: before })
          backwards.unshift(...earlier.data.map(({ id }) => id))
          if (!earlier.has_more) break
          before = earlier.first_id ?? ''
        }
        expect(backwards).toEqual(sorted)
      }),
    )
  })
})
