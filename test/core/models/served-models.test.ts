import { describe, expect, it } from 'vitest'
import { createServedModels } from '../../../src/core/models/served-models.ts'

const listOf = (...ids: string[]) => ids.map((id) => ({ id, owned_by: 'vllm' }))

function served(configured: string[], list: string[] | undefined, takesUnknown = true) {
  const { takes, takesAny, models } = createServedModels({
    mapped: {},
    configured,
    list: list && listOf(...list),
    takesUnknown,
  })
  return { takes: (...names: string[]) => names.filter(takes), takesAny, names: [...models.keys()] }
}

describe('what an endpoint serves', () => {
  it('is what the backend lists where nothing is configured', () => {
    const { takes, takesAny, names } = served([], ['llama', 'qwen'])
    expect(takes('llama', 'qwen', 'llama-2', '')).toEqual(['llama', 'qwen'])
    expect(names).toEqual(['llama', 'qwen'])
    expect(takesAny).toBe(false)
  })

  it('is any model while the list is not known or is empty, or none where unknown models are refused', () => {
    for (const list of [undefined, []]) {
      expect(served([], list)).toMatchObject({ takesAny: true, names: [] })
      expect(served([], list).takes('x')).toEqual(['x'])
      expect(served([], list, false).takes('x')).toEqual([])
    }
  })

  it('is what the names say, whatever the backend lists, with its cards where it lists them', () => {
    const { takes, names } = served(['qwen', 'private'], ['llama', 'qwen'])
    expect(takes('llama', 'qwen', 'private')).toEqual(['qwen', 'private'])
    expect(names).toEqual(['qwen', 'private'])
    const { models } = createServedModels({
      mapped: {},
      configured: ['qwen', 'private'],
      list: listOf('qwen'),
      takesUnknown: true,
    })
    expect([...models.values()]).toEqual([
      { id: 'qwen', owned_by: 'vllm' },
      { id: 'private', object: 'model', created: 0, owned_by: 'unknown' },
    ])
  })

  it('is asked for without its tag where that is Ollama’s default, and under no other name', () => {
    const { takes, names } = served([], ['llama3:latest', 'qwen:8b'])
    expect(takes('llama3', 'llama3:latest', 'qwen', 'llama3:8b', 'latest')).toEqual([
      'llama3',
      'llama3:latest',
    ])
    expect(names).toEqual(['llama3:latest', 'qwen:8b'])
    expect(served(['qwen*'], ['llama3:latest']).takes('llama3')).toEqual([])
  })

  it('is narrowed by patterns, which stand for names themselves while the list is not known', () => {
    expect(served(['qwen*'], ['llama', 'qwen', 'qwen-2']).names).toEqual(['qwen', 'qwen-2'])
    expect(served(['qwen*'], ['llama', 'qwen']).takes('qwen-72b', 'llama', 'qwen')).toEqual(['qwen'])
    expect(served(['qwen*'], undefined).takes('qwen-72b', 'llama')).toEqual(['qwen-72b'])
    expect(served(['qwen*'], undefined, false).takes('qwen-72b', 'llama')).toEqual(['qwen-72b'])
  })

  it('is any model with * alone, also where the backend lists some', () => {
    const { takes, takesAny, names } = served(['*'], ['llama'], false)
    expect(takesAny).toBe(true)
    expect(takes('gpt-4')).toEqual(['gpt-4'])
    expect(names).toEqual(['llama'])
  })

  it('serve the names of the map besides, each under the name of the backend and with its card', () => {
    const { takes, upstreamName, models, takesAny } = createServedModels({
      configured: ['qwen-*'],
      mapped: { llama3: 'llama3:8b', phantom: 'not-listed' },
      list: [{ id: 'llama3:8b', max_model_len: 8192 }, { id: 'qwen-2' }],
      takesUnknown: true,
    })
    expect(['llama3', 'phantom', 'qwen-2', 'llama3:8b'].filter(takes)).toEqual([
      'llama3',
      'phantom',
      'qwen-2',
    ])
    expect(['llama3', 'qwen-2'].map(upstreamName)).toEqual(['llama3:8b', 'qwen-2'])
    expect(models.get('llama3')).toMatchObject({ id: 'llama3', object: 'model', max_model_len: 8192 })
    expect(takesAny).toBe(false)
  })
})
