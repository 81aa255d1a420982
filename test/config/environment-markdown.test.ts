import { format } from 'prettier'
import { describe, expect, it } from 'vitest'
import { environmentMarkdown } from '../../src/config/environment-markdown.ts'
import { environmentTable } from '../../src/config/environment-table.ts'

describe('the environment table of the README', () => {
  it('has a row for each variable, with its default', () => {
    const lines = environmentMarkdown().trimEnd().split('\n')
    expect(lines).toHaveLength(environmentTable.length + 2)
    for (const [index, { name }] of environmentTable.entries())
      expect(lines[index + 2]).toContain(`\`${name}\``)
    expect(lines.find((line) => line.includes('LB_PORT'))).toMatch(/^\| `LB_PORT` +\| `8090` +\| TCP port /)
  })

  it('is as Prettier would leave it', async () => {
    const table = environmentMarkdown()
    expect(await format(table, { parser: 'markdown', printWidth: 110 })).toBe(table)
  })

  it('names each variable and each member of the configuration once', () => {
    expect(new Set(environmentTable.map(({ name }) => name)).size).toBe(environmentTable.length)
    expect(new Set(environmentTable.map(({ key }) => key)).size).toBe(environmentTable.length)
  })
})
