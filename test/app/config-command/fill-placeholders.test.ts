import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { fillPlaceholders } from '../../../src/app/config-command/fill-placeholders.ts'

const file = `# keys
endpoints:
  - name: a # \${KEY_A}
    api_key: \${KEY_A} # from the vault
  - { name: b, api_key: "\${KEY_B}" }
  - name: \${KEY_A}
    api_key: literal
client_tokens: []
`

describe('placeholders', () => {
  it('are replaced in API keys only', () => {
    expect(fillPlaceholders(file, { KEY_A: 'sk: "1" #', KEY_B: '' })).toBe(
      file.replace('api_key: ${KEY_A}', 'api_key: "sk: \\"1\\" #"'),
    )
    expect(fillPlaceholders(file, {})).toBe(file)
  })

  it('become exactly the key, with any characters, and line numbers stay the same', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x21-\x7e]{1,40}$/), (key) => {
        const filled = fillPlaceholders(file, { KEY_A: key, KEY_B: key })
        const { endpoints } = parse(filled) as { endpoints: { api_key: string }[] }
        expect(endpoints.map(({ api_key }) => api_key)).toEqual([key, key, 'literal'])
        expect(filled.split('\n')).toHaveLength(file.split('\n').length)
      }),
    )
  })

  it.each(['a: [', '', 'endpoints: x', 'endpoints: [1, { api_key: 5 }]', '- ${KEY_A}'])(
    'leave %j to the daemon',
    (text) => expect(fillPlaceholders(text, { KEY_A: 'x' })).toBe(text),
  )
})
