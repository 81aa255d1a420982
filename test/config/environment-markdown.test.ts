import { format } from 'oxfmt'
import { describe, expect, it } from 'vitest'
import { environmentMarkdown } from '../../src/config/environment-markdown.ts'
import { bridgeTable } from '../../src/config/bridge-table.ts'
import { environmentTable } from '../../src/config/environment-table.ts'

describe.each([
  ['balancer', environmentTable, /^\| `LB_PORT` +\| `8090` +\| TCP port /],
  ['bridge', bridgeTable, /^\| `WS_PORT` +\| `8765` +\| TCP port /],
])('the environment table of the %s in the README', (_name, table, portRow) => {
  it('has a row for each variable, with its default', () => {
    const lines = environmentMarkdown(table).trimEnd().split('\n')
    expect(lines).toHaveLength(table.length + 2)
    for (const [index, { name }] of table.entries()) expect(lines[index + 2]).toContain(`\`${name}\``)
    expect(lines.find((line) => /_PORT`/.test(line))).toMatch(portRow)
  })

  it('has the format of the other files', async () => {
    const markdown = environmentMarkdown(table)
    const { code } = await format('table.md', markdown, { printWidth: 110 })
    expect(code).toBe(markdown)
  })

  it('names each variable and each property of the configuration once', () => {
    expect(new Set(table.map(({ name }) => name)).size).toBe(table.length)
    expect(new Set(table.map(({ key }) => key)).size).toBe(table.length)
  })
})
