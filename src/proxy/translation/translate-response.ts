// Translates the unstreamed response of a chat completion into a message.
import { isUtf8 } from 'node:buffer'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'
import {
  firstChoice,
  readChatResponse,
  readReasoning,
  type ChatChoice,
  type ChatTurn,
} from './chat-response.ts'
import { messageId, messageUsage, readStop, toolUseId } from './message-fields.ts'
import { readToolInput } from './tool-input.ts'

/** An error of status 502: the response has nothing that a message can be made of. */
export const brokenResponse = (detail: string): GatewayError => gatewayError('LB_ERR_UPSTREAM_BROKEN', detail)

function parseBody(body: Buffer): unknown {
  if (!isUtf8(body)) return undefined
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** @param wasCut - whether the model was stopped at its most tokens: then half a call is left out, since it cannot be run. */
function translateCalls(calls: ChatTurn['tool_calls'], wasCut: boolean): string[] {
  return (calls ?? []).flatMap(({ id, function: called }) => {
    const input = readToolInput(called?.arguments)
    if (input !== undefined && called?.name) {
      const [ownId, name] = [JSON.stringify(id || toolUseId()), JSON.stringify(called.name)]
      return [`{"type":"tool_use","id":${ownId},"name":${name},"input":${input}}`]
    }
    if (wasCut) return []
    throw brokenResponse('the endpoint answered with a call of a tool whose arguments are no JSON object')
  })
}

/** @returns the JSON of each block. */
function translateContent(message: ChatTurn, wasCut: boolean): { blocks: string[]; hasToolUse: boolean } {
  const blocks: string[] = []
  const reasoning = readReasoning(message)
  if (reasoning)
    blocks.push(JSON.stringify({ type: 'thinking', thinking: reasoning.text, signature: reasoning.member }))
  const text = (message.content ?? '') + (message.refusal ?? '')
  if (text !== '') blocks.push(JSON.stringify({ type: 'text', text }))
  const calls = translateCalls(message.tool_calls, wasCut)
  return { blocks: [...blocks, ...calls], hasToolUse: calls.length > 0 }
}

function chosen(choice: ChatChoice | undefined): { choice: ChatChoice; message: ChatTurn } {
  if (!choice?.message) throw brokenResponse('the endpoint answered with no chat completion')
  return { choice, message: choice.message }
}

/**
 * @param body - of a response with a status of success.
 * @throws gatewayError of status 502 where it is no chat completion, or a call in it cannot be read.
 */
export function translateResponse(body: Buffer): Buffer {
  const response = readChatResponse(parseBody(body))
  const { choice, message } = chosen(response && firstChoice(response))
  const { blocks, hasToolUse } = translateContent(message, choice.finish_reason === 'length')
  const head = {
    id: messageId(response?.id),
    type: 'message',
    role: 'assistant',
    model: response?.model ?? '',
  }
  const stop = readStop(choice, { hasToolUse, hasRefusal: Boolean(message.refusal) })
  const tail = { ...stop, usage: messageUsage(response?.usage) }
  const text = `${JSON.stringify(head).slice(0, -1)},"content":[${blocks.join(',')}],${JSON.stringify(tail).slice(1)}`
  return Buffer.from(text)
}
