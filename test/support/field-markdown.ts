// The README's table of the fields of an object.
import { z } from 'zod'
import type { Field, FieldTable } from '../../src/contract/objects/field-table.ts'

function rangeOf(name: string, { schema }: Field): string {
  if (schema instanceof z.ZodBoolean) return 'true or false'
  if (schema instanceof z.ZodNumber) return `${schema.minValue} to ${schema.maxValue}`
  throw new Error(`the field ${name} must say in 'takes' what it takes`)
}

export function fieldsMarkdown(table: FieldTable): string {
  const rows = Object.entries(table).map(([name, field]) => {
    const { initial, isRequired, meaning, takes = rangeOf(name, field) } = field
    const shown = initial === undefined ? '' : typeof initial === 'string' ? initial : JSON.stringify(initial)
    const text = [isRequired ? 'required' : '', meaning ?? ''].filter(Boolean).join('; ')
    return `| \`${name}\` | ${takes} | ${shown} | ${text} |`
  })
  return ['| Field | Takes | Default | Meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
