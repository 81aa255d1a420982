// Parses a page's message into a request, a cancel, a command of the load engine, or a fault.
import { z } from 'zod'
import {
  bridgeCancel,
  bridgeRequest,
  type BridgeCancel,
  type BridgeRequest,
  type CallId,
} from '../../contract/bridge.ts'
import { engineMessage, type EngineMessage } from '../../contract/load-engine.ts'
import { callError, type CallError } from '../../load-engine/transport/call-error.ts'

export type Message =
  | { readonly kind: 'request'; readonly request: BridgeRequest }
  | { readonly kind: 'cancel'; readonly cancel: BridgeCancel }
  | { readonly kind: 'engine'; readonly message: EngineMessage }
  | { readonly kind: 'fault'; readonly id: CallId | null; readonly error: CallError }

const withId = z.looseObject({ id: bridgeCancel.shape.id, type: z.string().default('request') })

const forEngine = z.looseObject({ type: z.string().startsWith('engine') })

const invalidMessage = (id: CallId | null, error: CallError): Message => ({ kind: 'fault', id, error })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Names the first invalid field, but not its value, which may be a key. */
function fieldError({ issues: [issue] }: z.ZodError): CallError {
  const field = issue?.path.map(String).join('.') ?? ''
  return callError(
    'bad_request',
    `${field === '' ? 'the message' : `the field ${field.slice(0, 200)}`} cannot be used`,
  )
}

/** @param text - undefined for a binary message. */
export function readMessage(text: string | undefined): Message {
  const value = text === undefined ? undefined : parseJson(text)
  if (forEngine.safeParse(value).success) {
    const checked = engineMessage.safeParse(value)
    return checked.success
      ? { kind: 'engine', message: checked.data }
      : invalidMessage(null, fieldError(checked.error))
  }
  const known = withId.safeParse(value)
  if (!known.success)
    return invalidMessage(null, callError('bad_message', 'a message is a JSON object with an id'))
  const { id, type } = known.data
  if (type === 'cancel') return { kind: 'cancel', cancel: { id, type } }
  if (type !== 'request')
    return invalidMessage(null, callError('bad_message', 'a message is a request or a cancel'))
  const parsed = bridgeRequest.safeParse(known.data)
  return parsed.success
    ? { kind: 'request', request: parsed.data }
    : invalidMessage(id, fieldError(parsed.error))
}
