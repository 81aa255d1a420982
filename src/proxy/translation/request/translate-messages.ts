// Translates the conversation: Anthropic's turns into the messages of a chat.
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
  type RequestMembers,
  type RequestNode,
} from './request-node.ts'
import {
  PARAGRAPH,
  createContent,
  readBlocks,
  readPart,
  readParts,
  readText,
  renderContent,
  textPart,
  type Content,
  type ContentBlock,
} from './translate-content.ts'
import { createText, textOf, type Text } from './text.ts'
import { isReasoningMember, type ReasoningMember } from '../reasoning.ts'

/** What follows each other of one role: Anthropic joins such messages. */
interface Turn {
  readonly role: 'user' | 'assistant'
  add(block: ContentBlock): void
  /** No block follows. */
  end(): void
}

// Claude Code marks each request by a line of its own, which would keep a server from reusing the prompt's cache.
const BILLING_HEADER = 'x-anthropic-billing-header'

/** @param instructions - what is added to, as text of a JSON string. */
function addInstructions(instructions: Text, content: RequestNode): void {
  for (const part of readParts(content)) {
    if (part.type !== 'text') throw untranslatable(content.path, `${content.path} must be text.`)
    if (part.text !== '' && !part.text.startsWith(BILLING_HEADER)) instructions.add(part.text)
  }
}

const renderMessage = (role: string, ...members: readonly (string | Text)[]): Text =>
  textOf(`{"role":"${role}",`, ...members, '}')

/**
 * A tool's message holds text alone: images go into the user's message after it, each under the result's id.
 * @param images - what they are added to. @returns the tool's message.
 */
function translateResult({ node, members }: ContentBlock, images: Content): Text {
  const id = required(members, node, 'tool_use_id')
  const label = textPart(`Images of the tool result ${readEscaped(id)}:`)
  const content = members.get('content')
  const isError = members.get('is_error')
  const texts = createText(PARAGRAPH)
  let hasImages = false
  for (const part of content ? readParts(content) : []) {
    if (part.type === 'image') {
      if (!hasImages) images.add(label)
      hasImages = true
      images.add(part)
    } else if (part.text !== '') texts.add(part.text)
  }
  const prefix = isError && readBoolean(isError) ? 'Error: ' : ''
  return renderMessage('tool', `"tool_call_id":${sourceOf(id)},"content":"${prefix}`, texts, '"')
}

/**
 * The results of tools come before everything else of the turn.
 * @param messages - the JSON of the chat's messages, which is added to.
 */
function createUserTurn(messages: Text): Turn {
  const [images, own] = [createContent(), createContent()]
  let hasResults = false
  return {
    role: 'user',
    add(block) {
      if (block.type !== 'tool_result') {
        for (const part of readPart(block)) own.add(part)
        return
      }
      hasResults = true
      messages.add(translateResult(block, images))
    },
    end() {
      if (!images.isEmpty() || !own.isEmpty() || !hasResults)
        messages.add(renderMessage('user', '"content":', renderContent([images, own])))
    },
  }
}

function translateToolUse({ node, members }: ContentBlock): string {
  const [id, name] = [required(members, node, 'id'), required(members, node, 'name')]
  readEscaped(id)
  readEscaped(name)
  const input = required(members, node, 'input')
  requireObject(input)
  const call = `{"name":${sourceOf(name)},"arguments":${JSON.stringify(sourceOf(input))}}`
  return `{"id":${sourceOf(id)},"type":"function","function":${call}}`
}

/** @returns the member in which the backend told its reasoning; undefined where the thinking is another server's. */
function reasoningMember({ members }: ContentBlock): ReasoningMember | undefined {
  const signature = members.get('signature')
  const name = signature && readString(signature)
  return name !== undefined && isReasoningMember(name) ? name : undefined
}

function createAssistantTurn(messages: Text): Turn {
  const texts = createText(PARAGRAPH)
  const calls = createText(',')
  const reasoning = new Map<ReasoningMember, string>()
  const addText = (block: ContentBlock): void => {
    const text = readText(block)
    if (text !== '') texts.add(text)
  }
  const addThinking = (block: ContentBlock): void => {
    const member = reasoningMember(block)
    const thinking = readEscaped(required(block.members, block.node, 'thinking'))
    if (member) reasoning.set(member, (reasoning.get(member) ?? '') + thinking)
  }
  return {
    role: 'assistant',
    add(block) {
      if (block.type === 'tool_use') calls.add(translateToolUse(block))
      else if (block.type === 'thinking') addThinking(block)
      else if (block.type === 'text') addText(block)
      else if (block.type !== 'redacted_thinking')
        throw untranslatable(
          block.node.path,
          `${block.node.path} is content of the type ${shown(block.type)}, which a message of the assistant cannot have in a chat completion.`,
        )
    },
    end() {
      const members = createText(',')
      members.add(texts.isEmpty() && !calls.isEmpty() ? '"content":null' : textOf('"content":"', texts, '"'))
      for (const [member, thinking] of reasoning) members.add(`"${member}":"${thinking}"`)
      if (!calls.isEmpty()) members.add(textOf('"tool_calls":[', calls, ']'))
      messages.add(renderMessage('assistant', members))
    },
  }
}

function readRole(message: RequestNode, members: RequestMembers): 'user' | 'assistant' | 'system' {
  const role = readString(required(members, message, 'role'))
  if (role === 'user' || role === 'assistant' || role === 'system') return role
  const { path } = message
  throw untranslatable(`${path}.role`, `${path}.role must be "user", "assistant" or "system".`)
}

/**
 * Instructions of the system inside the conversation become part of the user's turn, since many chat templates take them at
 * the beginning only.
 * @returns the JSON of the chat's `messages`. @throws gatewayError of status 400.
 */
export function translateMessages(system: RequestNode | undefined, messages: RequestNode): Text {
  const translated = createText(',')
  const instructions = createText(PARAGRAPH)
  if (system) addInstructions(instructions, system)
  let turn: Turn | undefined
  const endTurn = (): void => {
    if (turn) turn.end()
    else if (!instructions.isEmpty())
      translated.add(renderMessage('system', '"content":"', instructions, '"'))
  }
  for (const message of readArray(messages)) {
    const members = readObject(message)
    const role = readRole(message, members)
    const content = required(members, message, 'content')
    if (role === 'system' && turn === undefined) {
      addInstructions(instructions, content)
      continue
    }
    const speaker = role === 'assistant' ? 'assistant' : 'user'
    if (turn?.role !== speaker) {
      endTurn()
      turn = speaker === 'user' ? createUserTurn(translated) : createAssistantTurn(translated)
    }
    for (const block of readBlocks(content)) turn.add(block)
  }
  if (turn?.role === 'assistant')
    throw untranslatable(
      messages.path,
      'The last message is of the assistant: a chat completion cannot continue it.',
    )
  endTurn()
  return textOf('[', translated, ']')
}
