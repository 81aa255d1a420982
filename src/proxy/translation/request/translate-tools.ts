// Translates the tools and what the model is to choose of them.
import {
  readArray,
  readBoolean,
  readEscaped,
  readObject,
  readString,
  requireObject,
  required,
  shown,
  sourceOf,
  untranslatable,
  type RequestNode,
} from './request-node.ts'
import { createText, textOf, type Text } from './text.ts'

function translateTool(tool: RequestNode): string {
  const members = readObject(tool)
  const type = members.get('type')
  const name = required(members, tool, 'name')
  readEscaped(name)
  if (type && readString(type) !== 'custom')
    throw untranslatable(
      tool.path,
      `${tool.path} is the tool ${shown(readString(name))} of the type ${shown(readString(type))}, which only Anthropic's servers have.`,
    )
  const schema = required(members, tool, 'input_schema')
  requireObject(schema)
  const parts = [`"name":${sourceOf(name)}`]
  const description = members.get('description')
  if (description) parts.push(`"description":${sourceOf(description)}`)
  parts.push(`"parameters":${sourceOf(schema)}`)
  const strict = members.get('strict')
  if (strict) parts.push(`"strict":${sourceOf(strict)}`)
  return `{"type":"function","function":{${parts.join(',')}}}`
}

/** @returns members of the chat's body: none where there are no tools, since servers refuse an empty list. */
export function translateTools(tools: RequestNode): Text[] {
  const translated = createText(',')
  for (const tool of readArray(tools)) translated.add(translateTool(tool))
  return translated.isEmpty() ? [] : [textOf('"tools":[', translated, ']')]
}

const choices: ReadonlyMap<string, string> = new Map([
  ['auto', '"auto"'],
  ['any', '"required"'],
  ['none', '"none"'],
])

/** @returns members of the chat's body. @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use */
export function translateToolChoice(choice: RequestNode): string[] {
  const members = readObject(choice)
  const type = readString(required(members, choice, 'type'))
  const isOne = type === 'tool'
  const name = isOne ? required(members, choice, 'name') : undefined
  const value = name ? `{"type":"function","function":{"name":${sourceOf(name)}}}` : choices.get(type)
  if (value === undefined)
    throw untranslatable(
      `${choice.path}.type`,
      `${choice.path}.type must be "auto", "any", "tool" or "none".`,
    )
  const single = members.get('disable_parallel_tool_use')
  const isSingle = single !== undefined && readBoolean(single)
  return [`"tool_choice":${value}`, ...(isSingle ? ['"parallel_tool_calls":false'] : [])]
}
