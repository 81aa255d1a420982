import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PROMPT_BLOCK_BYTES } from '../../../src/core/placement/prefix/prompt.ts'
import { chat } from '../../../src/proxy/apis/chat.ts'
import type { Api } from '../../../src/proxy/apis/api.ts'
import { apis } from '../../../src/proxy/apis/apis.ts'
import { createPromptReader } from '../../../src/proxy/routing/request-prompt.ts'
import { noBody, prepareBody } from '../../../src/proxy/request/prepare-body.ts'

const readPrompt = createPromptReader('secret of the tests')

const promptOf = (body: object | string, { api = chat, blockId = 1, read = readPrompt } = {}) =>
  read(api, prepareBody(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))), blockId)

/** @returns one text a block. */
function blocksOf(...given: Parameters<typeof promptOf>): string[] {
  const words = promptOf(...given)?.blocks() ?? new Int32Array(0)
  return Array.from({ length: words.length / 2 }, (_, block) => `${words[2 * block]} ${words[2 * block + 1]}`)
}

const apiOf = (name: string): Api => {
  const api = apis.find((one) => one.name === name && one.method === 'POST')
  if (api === undefined) throw new Error(`no call ${name}`)
  return api
}

/** Different words, so that no block of a text equals another. */
const textOf = (start: number, words = 400): string =>
  Array.from({ length: words }, (_, index) => `word ${start + index * 7}`).join(' ')

const conversation = [
  { role: 'system', content: textOf(1) },
  { role: 'user', content: textOf(2) },
  { role: 'assistant', content: textOf(3) },
  { role: 'user', content: textOf(4) },
]
const tools = [{ type: 'function', function: { name: 'f', description: textOf(5) } }]
const body = { model: 'm', messages: conversation, tools, temperature: 0.5 }

describe('the prompt of a request', () => {
  it('has the length of the body, and a hash for each whole block of its prompt', () => {
    const prompt = promptOf(body)
    const bytes = JSON.stringify(tools).length - 1 + JSON.stringify(conversation).length - 1
    expect(prompt?.bytes).toBe(JSON.stringify(body).length)
    expect(prompt?.blocks()).toHaveLength(2 * Math.floor(bytes / PROMPT_BLOCK_BYTES))
    expect(prompt?.blocks()).toBe(prompt?.blocks())
  })

  it('has the same beginnings as the conversation goes on, whatever else the body says and in whichever order', () => {
    const turns = fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 6 })
    const layout = fc.record({
      space: fc.constantFrom('', ' ', '\n  '),
      isReversed: fc.boolean(),
      others: fc.subarray(['"temperature":0.5', '"user":"u"', '"x":{"messages":[]}', '"n":1']),
    })
    const messageText = (turn: number): string => JSON.stringify({ role: 'user', content: textOf(turn, 150) })
    fc.assert(
      fc.property(turns, turns, layout, layout, (turn, more, ...layouts) => {
        const [shorter, longer] = [turn, [...turn, ...more]].map((list, index) => {
          const { space, isReversed, others } = layouts[index] as (typeof layouts)[0]
          // The space within the prompt is the same, as one client writes it.
          const messages = `"messages":[ ${list.map(messageText).join(', ')}${space}]`
          const members = [...others, messages, `"system":${JSON.stringify(textOf(9, 30))}`]
          return blocksOf(`{${space}${(isReversed ? members.reverse() : members).join(`${space},`)}${space}}`)
        })
        expect(longer?.slice(0, shorter?.length)).toEqual(shorter)
        expect(longer?.length).toBeGreaterThan(shorter?.length ?? 0)
      }),
      { numRuns: 50 },
    )
  })

  it('begins with tools, then instructions, then what is said, as engines render it', () => {
    for (const [first, then] of [
      ['tools', 'messages'],
      ['functions', 'messages'],
      ['system', 'messages'],
      ['instructions', 'input'],
      ['tools', 'system'],
      ['system', 'prompt'],
    ] as const) {
      const beginning = textOf(1)
      const blocks = blocksOf({ [then]: textOf(2), [first]: beginning })
      expect(blocks.length).toBeGreaterThan(6)
      const shared = Math.floor((beginning.length + 1) / PROMPT_BLOCK_BYTES)
      const other = blocksOf({ [first]: beginning, [then]: textOf(3) })
      expect(other.slice(0, shared)).toEqual(blocks.slice(0, shared))
      expect(other.slice(shared).some((block) => blocks.includes(block))).toBe(false)
    }
  })

  it('has no hash in common with an equal one of another block, model, cache salt or process', () => {
    const blocks = blocksOf(body)
    expect(blocksOf(body)).toEqual(blocks)
    expect(blocksOf({ ...body, cache_salt: null })).toEqual(blocks)
    const salted = blocksOf({ ...body, cache_salt: 'tenant a' })
    expect(blocksOf({ ...body, cache_salt: 'tenant a' })).toEqual(salted)
    for (const other of [
      salted,
      blocksOf({ ...body, cache_salt: 'tenant b' }),
      blocksOf({ ...body, model: 'n' }),
      blocksOf({ ...body, model: undefined }),
      blocksOf(body, { blockId: 2 }),
      blocksOf(body, { read: createPromptReader('another secret') }),
    ]) {
      expect(other).toHaveLength(blocks.length)
      expect(other.some((block) => blocks.includes(block))).toBe(false)
    }
    // Where tenants cannot be told apart, nothing is known of what is cached.
    expect(blocksOf({ ...body, cache_salt: 'x'.repeat(2_000) })).toEqual([])
  })

  it('has no hashes where it is short, or where its endpoint makes nothing of it twice', () => {
    for (const short of [
      {},
      { messages: 'x'.repeat(900) },
      { messages: 'short', metadata: textOf(1) },
      { x: textOf(1) },
    ])
      expect(promptOf(short)?.blocks()).toHaveLength(0)
    for (const name of ['embeddings', 'rerank', 'score', 'classify', 'pooling', 'ollama_embed']) {
      const prompt = promptOf({ input: textOf(1) }, { api: apiOf(name) })
      expect(prompt?.bytes).toBeGreaterThan(1_024)
      expect(prompt?.blocks()).toHaveLength(0)
    }
  })

  it('is read for every call that generates', () => {
    for (const [name, key] of [
      ['chat', 'messages'],
      ['completions', 'prompt'],
      ['responses', 'input'],
      ['messages', 'messages'],
      ['ollama_chat', 'messages'],
      ['ollama_generate', 'prompt'],
    ] as const)
      expect(blocksOf({ [key]: textOf(1) }, { api: apiOf(name) }).length).toBeGreaterThan(2)
  })

  it('is none of a request without a body, of a form, and of a call that costs no tokens', () => {
    expect(readPrompt(chat, noBody, 1)).toBeUndefined()
    const form = { ...noBody, bytes: Buffer.alloc(5_000), isForm: true }
    expect(readPrompt(apiOf('transcriptions'), form, 1)).toBeUndefined()
    expect(promptOf(body, { api: apiOf('count_tokens') })).toBeUndefined()
    expect(promptOf({ prompt: textOf(1) }, { api: apiOf('tokenize') })).toBeUndefined()
  })

  it('keeps the blocks that it has made when it lets go of the body, and makes none afterwards', () => {
    const made = promptOf(body)
    const blocks = made?.blocks()
    made?.release()
    expect(made?.blocks()).toBe(blocks)
    const unmade = promptOf(body)
    unmade?.release()
    expect(unmade?.blocks()).toHaveLength(0)
  })
})
