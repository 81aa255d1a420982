// Reads from a request which structure its response has: prose, JSON after a schema, or a call of a function.

interface StructureMembers {
  readonly tools?: readonly Readonly<Record<string, unknown>>[] | null | undefined
  readonly tool_choice?: unknown
  /** Of chat and completions. */
  readonly response_format?: Readonly<Record<string, unknown>> | null | undefined
  /** Of responses. */
  readonly text?: Readonly<Record<string, unknown>> | null | undefined
}

export interface Structure {
  readonly tool: string | undefined
  readonly schema: unknown
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined

/** Chat nests a tool's members in `function`, responses do not. */
const functionOf = (tool: unknown): unknown => memberOf(tool, 'function') ?? tool

function chooseTool({ tools, tool_choice: choice }: StructureMembers, callsFreely: boolean): unknown {
  const functions = (tools ?? []).map(functionOf)
  if (typeof choice === 'object') {
    const name = memberOf(functionOf(choice), 'name')
    return functions.find((one) => memberOf(one, 'name') === name)
  }
  const calls = choice === 'required' || (callsFreely && choice !== 'none')
  return calls ? functions[0] : undefined
}

/** @param callsFreely - whether a function is called where the request leaves it to the model. */
export function readStructure(body: StructureMembers, callsFreely: boolean): Structure {
  const tool = chooseTool(body, callsFreely)
  const name = memberOf(tool, 'name')
  if (typeof name === 'string') return { tool: name, schema: memberOf(tool, 'parameters') ?? {} }
  const format = body.response_format ?? memberOf(body.text, 'format')
  const type = memberOf(format, 'type')
  if (type === 'json_object') return { tool: undefined, schema: {} }
  const schema = type === 'json_schema' ? (memberOf(format, 'json_schema') ?? format) : undefined
  return { tool: undefined, schema: memberOf(schema, 'schema') }
}
