// Translates the conversation: Anthropic's turns into the messages of a chat.
import {
  readArray,
  readBoolean,
  readEscaped,
  readObject,
  readString,
  required,
  shown,
  sourceOf,
  untranslatable,
  type RequestNode,
} from './request-node.ts'
import {
  joinTexts,
  readBlocks,
  readPart,
  readParts,
  renderContent,
  textPart,
  textsOf,
  type ContentBlock,
  type ContentPart,
} from './translate-content.ts'
import { isReasoningMember, type ReasoningMember } from '../reasoning.ts'

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly blocks: ContentBlock[]
}

interface Conversation {
  readonly system: string
  readonly turns: readonly Turn[]
}

// Claude Code marks each request by a line of its own, which would keep a server from reusing the prompt's cache.
const BILLING_HEADER = 'x-anthropic-billing-header'

function systemText(content: RequestNode): string {
  const parts = readParts(content)
  if (parts.some(({ type }) => type !== 'text'))
    throw untranslatable(content.path, `${content.path} must be text.`)
  return textsOf(parts.filter((part) => part.type !== 'text' || !part.text.startsWith(BILLING_HEADER)))
}

/**
 * Joins messages of one role that follow each other, as Anthropic does. Instructions of the system inside the conversation
 * become part of the user's turn, since many chat templates take them at the beginning only.
 */
function readConversation(system: RequestNode | undefined, messages: RequestNode): Conversation {
  const instructions = system ? [systemText(system)] : []
  const turns: Turn[] = []
  for (const message of readArray(messages)) {
    const members = readObject(message)
    const role = readString(required(members, message, 'role'))
    const content = required(members, message, 'content')
    if (role === 'system' && turns.length === 0) {
      instructions.push(systemText(content))
      continue
    }
    if (role !== 'user' && role !== 'assistant' && role !== 'system')
      throw untranslatable(
        `${message.path}.role`,
        `${message.path}.role must be "user", "assistant" or "system".`,
      )
    const blocks = readBlocks(content)
    const turn = turns.at(-1)
    const speaker = role === 'assistant' ? 'assistant' : 'user'
    if (turn?.role === speaker) turn.blocks.push(...blocks)
    else turns.push({ role: speaker, blocks })
  }
  return { system: joinTexts(instructions), turns }
}

const renderMessage = (role: string, members: string): string => `{"role":"${role}",${members}}`

interface ToolResult {
  readonly message: string
  readonly images: readonly ContentPart[]
}

/** A tool's message holds text alone: images go into the user's message after it, each under the result's id. */
function translateResult({ node, members }: ContentBlock): ToolResult {
  const id = required(members, node, 'tool_use_id')
  const content = members.get('content')
  const parts = content ? readParts(content) : []
  const isError = members.get('is_error')
  const text = textsOf(parts)
  const shownText = isError && readBoolean(isError) ? `Error: ${text}` : text
  const images = parts.filter(({ type }) => type === 'image')
  const label = textPart(`Images of the tool result ${readEscaped(id)}:`)
  return {
    message: renderMessage('tool', `"tool_call_id":${sourceOf(id)},"content":"${shownText}"`),
    images: images.length > 0 ? [label, ...images] : [],
  }
}

/** The results of tools come before everything else of the turn. */
function translateUser(blocks: readonly ContentBlock[]): string[] {
  const results = blocks.filter(({ type }) => type === 'tool_result').map(translateResult)
  const own = blocks.filter(({ type }) => type !== 'tool_result').flatMap(readPart)
  const parts = [...results.flatMap(({ images }) => images), ...own]
  const messages = results.map(({ message }) => message)
  if (parts.length > 0 || messages.length === 0)
    messages.push(renderMessage('user', `"content":${renderContent(parts)}`))
  return messages
}

function translateToolUse({ node, members }: ContentBlock): string {
  const [id, name] = [required(members, node, 'id'), required(members, node, 'name')]
  readEscaped(id)
  readEscaped(name)
  const input = required(members, node, 'input')
  readObject(input)
  const call = `{"name":${sourceOf(name)},"arguments":${JSON.stringify(sourceOf(input))}}`
  return `{"id":${sourceOf(id)},"type":"function","function":${call}}`
}

/** @returns the member in which the backend told its reasoning; undefined where the thinking is another server's. */
function reasoningMember({ members }: ContentBlock): ReasoningMember | undefined {
  const signature = members.get('signature')
  const name = signature && readString(signature)
  return name !== undefined && isReasoningMember(name) ? name : undefined
}

function translateAssistant(blocks: readonly ContentBlock[]): string {
  const parts: ContentPart[] = []
  const calls: string[] = []
  const reasoning = new Map<ReasoningMember, string>()
  for (const block of blocks) {
    if (block.type === 'tool_use') calls.push(translateToolUse(block))
    else if (block.type === 'thinking') {
      const member = reasoningMember(block)
      const thinking = readEscaped(required(block.members, block.node, 'thinking'))
      if (member) reasoning.set(member, (reasoning.get(member) ?? '') + thinking)
    } else if (block.type === 'text') parts.push(...readPart(block))
    else if (block.type !== 'redacted_thinking')
      throw untranslatable(
        block.node.path,
        `${block.node.path} is content of the type ${shown(block.type)}, which a message of the assistant cannot have in a chat completion.`,
      )
  }
  const text = textsOf(parts)
  const members = [`"content":${text === '' && calls.length > 0 ? 'null' : `"${text}"`}`]
  for (const [member, thinking] of reasoning) members.push(`"${member}":"${thinking}"`)
  if (calls.length > 0) members.push(`"tool_calls":[${calls.join(',')}]`)
  return renderMessage('assistant', members.join(','))
}

/** @returns the JSON of the chat's `messages`. @throws gatewayError of status 400. */
export function translateMessages(system: RequestNode | undefined, messages: RequestNode): string {
  const conversation = readConversation(system, messages)
  if (conversation.turns.at(-1)?.role === 'assistant')
    throw untranslatable(
      messages.path,
      'The last message is of the assistant: a chat completion cannot continue it.',
    )
  const translated = conversation.turns.flatMap(({ role, blocks }) =>
    role === 'user' ? translateUser(blocks) : [translateAssistant(blocks)],
  )
  if (conversation.system !== '')
    translated.unshift(renderMessage('system', `"content":"${conversation.system}"`))
  return `[${translated.join(',')}]`
}
