// The memory that one body takes while it is read, in a process of its own with a small heap.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { casesOf } from '../../support/effort.ts'

const BODY_MIB = 10
const urlOf = (file: string): string =>
  JSON.stringify(new URL(`../../../src/proxy/${file}`, import.meta.url).href)

/** What is done with a body, as code with `bytes`. */
const judged = 'prepareBody(bytes)'
const translated = 'translateBody(prepareBody(bytes))'

/** @returns how many MiB the process grew by at most, and how the body was judged. */
async function readInChild(body: string, work: string): Promise<{ grownMib: number; result: string }> {
  const script = `
    const { prepareBody } = await import(${urlOf('request/prepare-body.ts')})
    const { translateBody } = await import(${urlOf('translation/translated-call.ts')})
    const fill = (before, unit, after) => {
      const units = Math.floor((${BODY_MIB} * 1048576 - before.length - after.length) / unit.length)
      return Buffer.concat([Buffer.from(before), Buffer.alloc(units * unit.length, unit), Buffer.from(after)])
    }
    try { translateBody(prepareBody(Buffer.from('{"messages":[],"model":"m"}'))) } catch {}
    const bytes = ${body}
    const beforeKib = process.resourceUsage().maxRSS
    let result = 'accepted'
    try { ${work} } catch (error) { result = error.code }
    console.log(JSON.stringify({ grownMib: (process.resourceUsage().maxRSS - beforeKib) / 1024, result }))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=32',
    // What is garbage at once does not grow with the body.
    '--max-semi-space-size=2',
    '--input-type=module',
    '--eval',
    script,
  ])
  return JSON.parse(stdout) as { grownMib: number; result: string }
}

/** Its name, the code that makes it, and how it is judged. */
type Shape = readonly [what: string, body: string, expected: string]

describe('a body of 10 MiB', () => {
  const shapes: readonly Shape[] = [
    ['opening brackets', `fill('', '[', '')`, 'LB_ERR_INVALID_BODY'],
    ['small numbers', `fill('{"a":[1', ',1', ']}')`, 'accepted'],
    ['one repeated escaped key', `fill('{"a":1', ',"\\\\u006dx":1', '}')`, 'accepted'],
    ['one text', `fill('{"a":"', 'x', '"}')`, 'accepted'],
    ['one model', `fill('{"model":"', 'x', '"}')`, 'LB_ERR_BAD_REQUEST'],
    ['empty arrays', `fill('{"a":[[]', ',[]', ']}')`, 'accepted'],
    ['one repeated key', `fill('{"a":1', ',"a":1', '}')`, 'accepted'],
    ['one repeated key of stream options', `fill('{"stream_options":{"a":1', ',"a":1', '}}')`, 'accepted'],
  ]

  it.each(casesOf(shapes, 4))('of %s is judged within twice its size', async (_what, body, expected) => {
    const { grownMib, result } = await readInChild(body, judged)
    expect(result).toBe(expected)
    expect(grownMib).toBeLessThan(2 * BODY_MIB)
  })

  const conversation = (before: string, unit: string, after: string): string =>
    `fill('{"max_tokens":1,${before}', '${unit}', '${after}}')`
  const message = '{"role":"user","content":"a"}'
  const ofUser = '"messages":[{"role":"user","content":[{"type":"text","text":"a"}'

  const calls: readonly Shape[] = [
    ['numbers for messages', conversation('"messages":[0', ',0', ']'), 'LB_ERR_BAD_REQUEST'],
    [
      'turns',
      conversation(`"messages":[${message}`, `,{"role":"assistant","content":"b"},${message}`, ']'),
      'accepted',
    ],
    ['short texts', conversation(ofUser, ',{"type":"text","text":"abc"}', ']}]'), 'accepted'],
    [
      'tools',
      conversation(
        `"messages":[${message}],"tools":[{"name":"a","input_schema":{}}`,
        ',{"name":"a","input_schema":{}}',
        ']',
      ),
      'accepted',
    ],
    ['one repeated key', conversation(`"messages":[${message}],"a":1`, ',"a":1', ''), 'accepted'],
  ]

  it.each(casesOf(calls, 3))(
    'of %s is translated within eight times its size',
    async (_what, body, expected) => {
      const { grownMib, result } = await readInChild(body, translated)
      expect(result).toBe(expected)
      expect(grownMib).toBeLessThan(8 * BODY_MIB)
    },
  )
})
