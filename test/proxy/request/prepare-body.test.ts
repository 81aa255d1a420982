import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGatewayError } from '../../../src/core/gateway-error.ts'
import { prepareBody } from '../../../src/proxy/request/prepare-body.ts'
import { jsonText } from '../json/arbitrary-json.ts'

const prepare = (text: string) => prepareBody(Buffer.from(text))

function errorOf(body: string | Buffer) {
  try {
    prepareBody(Buffer.from(body as string))
  } catch (error) {
    if (isGatewayError(error)) return { code: error.code, param: error.param, message: error.message }
    throw error
  }
  throw new Error('the body was accepted')
}

describe('prepareBody', () => {
  it('reads the members that routing needs', () => {
    const text =
      '{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":7,"priority":0}'
    expect(prepare(text)).toMatchObject({
      model: 'm',
      stream: true,
      asksUsage: true,
      maxTokens: 7,
      hasPriority: true,
    })
  })

  it('reads absent and null members as unset', () => {
    const unset = {
      model: undefined,
      stream: false,
      asksUsage: false,
      maxTokens: undefined,
      hasPriority: false,
    }
    expect(prepare('{}')).toMatchObject(unset)
    expect(
      prepare('{"model":null,"stream":null,"stream_options":null,"max_tokens":null,"priority":null}'),
    ).toMatchObject(unset)
  })

  it('finds what makes the prompt and names the session, of any type and however often, and refuses none of it', () => {
    const keys = ['messages', 'prompt', 'input', 'tools', 'functions', 'system', 'instructions']
    for (const key of [...keys, 'cache_salt', 'user', 'prompt_cache_key']) {
      const text = `{"model":"m","${key}":7, "${key}" : [ {"role":"user"} ],"x":{"${key}":1}}`
      const { placement, model } = prepare(text)
      expect(model).toBe('m')
      expect(
        Object.entries(placement).map(([name, { start, end }]) => [name, text.slice(start, end)]),
      ).toEqual([
        ['model', '"m"'],
        [key, '[ {"role":"user"} ]'],
      ])
    }
    expect(prepare('{}').placement).toEqual({})
  })

  it('multiplies the first token limit by the number of choices', () => {
    expect(prepare('{"max_completion_tokens":5,"max_tokens":7}').maxTokens).toBe(5)
    expect(prepare('{"max_completion_tokens":null,"max_tokens":7,"n":3}').maxTokens).toBe(21)
    expect(prepare('{"max_output_tokens":9,"n":1}').maxTokens).toBe(9)
    for (const limit of ['0', '-1', '1.5', '1e400', '"7"', '[]']) {
      expect(prepare(`{"max_tokens":${limit}}`).maxTokens).toBeUndefined()
    }
  })

  it.each([
    ['a byte order mark', '\ufeff{}', 'LB_ERR_INVALID_BODY'],
    [
      'bytes that are not UTF-8',
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      'LB_ERR_INVALID_BODY',
    ],
    ['an array', '[]', 'LB_ERR_INVALID_BODY'],
    ['null', 'null', 'LB_ERR_INVALID_BODY'],
    ['a string', '"{}"', 'LB_ERR_INVALID_BODY'],
    ['nothing', '', 'LB_ERR_INVALID_JSON'],
    ['a half', '{"model":', 'LB_ERR_INVALID_JSON'],
    ['NaN', '{"n":NaN}', 'LB_ERR_INVALID_JSON'],
  ])('refuses %s', (_, body, code) => {
    expect(errorOf(body)).toMatchObject({ code })
  })

  it.each(['model', 'stream', 'stream_options', 'priority', 'max_tokens', 'max_completion_tokens', 'n'])(
    'refuses a second %s, however it is spelt',
    (key) => {
      const escaped = `\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}`
      expect(errorOf(`{"${key}":null,"a":1,"${escaped}":null}`)).toMatchObject({
        code: 'LB_ERR_DUPLICATE_KEY',
        param: key,
      })
    },
  )

  it('refuses a second include_usage, and accepts other duplicates in stream_options', () => {
    expect(errorOf('{"stream_options":{"include_usage":true,"include_usage":false}}')).toMatchObject({
      code: 'LB_ERR_DUPLICATE_KEY',
      param: 'include_usage',
    })
    expect(prepare('{"top_p":1,"top_p":2,"metadata":{"stream":1,"stream":2}}').stream).toBe(false)
  })

  it.each([
    ['model', '{"model":1}'],
    ['stream', '{"stream":"true"}'],
    ['stream', '{"stream":1}'],
    ['stream_options', '{"stream_options":[]}'],
    ['stream_options', '{"stream_options":true}'],
  ])('refuses a %s of the wrong type: %s', (param, body) => {
    expect(errorOf(body)).toMatchObject({ code: 'LB_ERR_BAD_REQUEST', param })
  })

  it.each([
    ['{"a":1,}', 'near line 1, column 8'],
    ['{\n "a": nope\n}', 'near line 2, column 8'],
    ['{"a":1', 'near line 1, column 7'],
  ])('reports where %j stops being JSON', (text, place) => {
    expect(errorOf(text).message).toContain(place)
  })

  it('quotes nothing of the body in an error', () => {
    const secret = 'topsecret'
    const broken = fc
      .tuple(
        jsonText,
        fc.constantFrom(`"${secret}`, secret, `{"${secret}" 1}`, `"${secret}"x`, `'${secret}'`),
        jsonText,
      )
      .map(([before, middle, after]) => `{"a":${before},"b":${middle},"c":${after}}`)
    fc.assert(
      fc.property(broken, (text) => {
        expect(errorOf(text).message).toMatch(
          /^The body is not valid JSON( \(near line \d+, column \d+\))?\.$/,
        )
      }),
    )
  })

  it('accepts 512 levels of nesting, and names the limit where it refuses more', () => {
    const nested = (levels: number): string =>
      `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)},"stream":true}`
    expect(prepare(nested(512)).stream).toBe(true)
    expect(errorOf(nested(513))).toMatchObject({
      code: 'LB_ERR_INVALID_BODY',
      message: 'The body is nested more than 512 levels deep.',
    })
  })

  it('refuses a model of more than 4096 bytes', () => {
    expect(prepare(`{"model":"${'m'.repeat(4094)}"}`).model).toHaveLength(4094)
    expect(errorOf(`{"model":"${'m'.repeat(4095)}"}`)).toMatchObject({
      code: 'LB_ERR_BAD_REQUEST',
      param: 'model',
    })
  })
})
