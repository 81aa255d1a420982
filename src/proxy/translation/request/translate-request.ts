// Translates a request for a message of Anthropic's API into one for a chat completion.
import {
  isEmptyArray,
  readObject,
  readString,
  required,
  requestRoot,
  sourceOf,
  untranslatable,
  type RequestNode,
} from './request-node.ts'
import { createText, textOf, type Text } from './text.ts'
import { translateMessages } from './translate-messages.ts'
import { translateToolChoice, translateTools } from './translate-tools.ts'

// OpenAI takes 64 characters, others 128; Claude Code's ids are longer.
const MAX_USER_CHARACTERS = 64

/** The members on which the translation of others depends. */
interface Body {
  readonly system: RequestNode | undefined
  readonly tools: RequestNode | undefined
}

/** @returns members of the chat's body. */
type Translate = (node: RequestNode, body: Body) => readonly (string | Text)[]

const leaveOut: Translate = () => []
const refuse: Translate = ({ path }) => {
  throw untranslatable(path, `${path} has no counterpart in a chat completion.`)
}
const refuseForeign: Translate = ({ path }) => {
  throw untranslatable(path, `${path} is not a member of a request for a message.`)
}

function translateStop(sequences: RequestNode): string[] {
  return isEmptyArray(sequences) ? [] : [`"stop":${sourceOf(sequences)}`]
}

function translateMetadata(metadata: RequestNode): string[] {
  const user = readObject(metadata).get('user_id')
  return user && readString(user).length <= MAX_USER_CHARACTERS ? [`"user":${sourceOf(user)}`] : []
}

/** @see https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
function translateFormat(format: RequestNode): string[] {
  const members = readObject(format)
  const type = readString(required(members, format, 'type'))
  if (type !== 'json_schema')
    throw untranslatable(`${format.path}.type`, `${format.path}.type must be "json_schema".`)
  const schema = sourceOf(required(members, format, 'schema'))
  return [
    `"response_format":{"type":"json_schema","json_schema":{"name":"output","schema":${schema},"strict":true}}`,
  ]
}

/** Not every server knows an effort above `high`. */
function translateOutputConfig(config: RequestNode): string[] {
  const members = readObject(config)
  const effort = members.get('effort')
  const format = members.get('format')
  const level = effort && readString(effort)
  const known = level === 'xhigh' || level === 'max' ? 'high' : level
  return [
    ...(known === undefined ? [] : [`"reasoning_effort":${JSON.stringify(known)}`]),
    ...(format ? translateFormat(format) : []),
  ]
}

function translateChoice(choice: RequestNode, { tools }: Body): string[] {
  if (tools === undefined || isEmptyArray(tools))
    throw untranslatable(choice.path, `${choice.path} needs tools.`)
  return translateToolChoice(choice)
}

const each = (names: string, translate: Translate): [string, Translate][] =>
  names.split(' ').map((name) => [name, translate])

/** By the member's name. Members that are not here go along as they are: the sampling of all servers, and what one server adds. */
const translations: ReadonlyMap<string, Translate> = new Map<string, Translate>([
  ['messages', (messages, { system }) => [textOf('"messages":', translateMessages(system, messages))]],
  ['system', leaveOut],
  ['tools', translateTools],
  ['tool_choice', translateChoice],
  ['stop_sequences', translateStop],
  ['metadata', translateMetadata],
  ['output_config', translateOutputConfig],
  ['output_format', translateFormat],
  // Hints to Anthropic's servers, which change no answer. For a budget of thinking servers have no common member.
  ...each('billing_policy cache_control compaction context_management diagnostics', leaveOut),
  ...each('fallback_credit_token fallbacks service_tier speed thinking', leaveOut),
  ...each('container inference_geo mcp_servers thread', refuse),
  // Of a chat: what the translation sets itself, or could not translate the answer of.
  ...each('function_call functions max_completion_tokens n parallel_tool_calls', refuseForeign),
  ...each('reasoning_effort response_format stop stream_options user', refuseForeign),
])

/**
 * Translates a body that prepareBody has read. Strings, numbers, schemas and the input of tools keep the client's own text.
 * The usage of a stream is not requested here: that is left to whom knows the endpoint.
 * @throws gatewayError of status 400 whose `param` is the path of what has no counterpart.
 */
export function translateRequest(bytes: Buffer): Buffer {
  const root = requestRoot(bytes)
  const members = readObject(root)
  required(members, root, 'messages')
  const body: Body = { system: members.get('system'), tools: members.get('tools') }
  const translated = createText(',')
  for (const [key, node] of members) {
    const translate = translations.get(key)
    const pieces = translate ? translate(node, body) : [`${JSON.stringify(key)}:${sourceOf(node)}`]
    for (const piece of pieces) translated.add(piece)
  }
  return textOf('{', translated, '}').toBuffer()
}
