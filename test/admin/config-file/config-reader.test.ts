import { describe, expect, it } from 'vitest'
import { turnsDuring } from '../../support/turns-during.ts'
import { createConfigReader } from '../../../src/admin/config-file/text/config-reader.ts'
import { isFull } from '../../support/effort.ts'

const tokens = (count: number): string =>
  Array.from({ length: count }, (_, at) => `  - { name: t${at}, incoming_block: main }\n`).join('')

describe('a long configuration file', () => {
  it('is read while other work goes on', async () => {
    const reader = createConfigReader()
    const text = `client_tokens:\n${tokens(2000)}`
    let count: number | undefined
    const turns = await turnsDuring(async () => {
      count = (await reader.read(text)).client_tokens?.length
    })
    expect(count).toBe(2000)
    expect(turns).toBeGreaterThan(100)
  })

  it('is refused with the lines of its errors, found while reading or afterwards', async () => {
    const reader = createConfigReader()
    const wrong = `client_tokens:\n${tokens(1000)}  - { name: last }\n`
    await expect(reader.read(wrong)).rejects.toMatchObject({
      code: 'LB_ERR_VALIDATION',
      errors: [{ pointer: '/client_tokens/1000/incoming_block', line: 1002 }],
    })
    const error = { pointer: '/client_tokens/999', detail: 'Is wrong.' }
    expect(await reader.locate(wrong, [error])).toEqual([{ ...error, line: 1001 }])
  })

  it.runIf(isFull)('that takes more memory than it may is refused, and nothing else ends', async () => {
    const reader = createConfigReader()
    await expect(reader.read(`endpoints: [${'[],'.repeat(690_000)}]`)).rejects.toMatchObject({
      code: 'LB_ERR_VALIDATION',
      message: 'The file takes too much memory to be read.',
    })
    expect((await reader.read(`client_tokens:\n${tokens(1000)}`)).client_tokens).toHaveLength(1000)
  })

  it('is the same text, written in the process or not', async () => {
    const reader = createConfigReader()
    const content = await reader.read(`client_tokens:\n${tokens(2000)}`)
    const long = await reader.render(content)
    const [first] = content.client_tokens ?? []
    const short = await reader.render({ client_tokens: first ? [first] : [] })
    expect(long.startsWith(short)).toBe(true)
    expect(await reader.read(long)).toEqual(content)
  })
})
