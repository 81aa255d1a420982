// Reads the response of a chat completion and returns it as a message.
import { isGatewayError } from '../../core/gateway-error.ts'
import type { ByteReservation } from '../../core/limits/byte-budget.ts'
import { noBodyMemory } from '../request/read-body.ts'
import type { ResponseFacts } from '../response/response-facts.ts'
import type { ResponseReader } from '../response/response-reader.ts'
import { createStreamTranslator } from './stream-translator.ts'
import { anthropicErrorOf, translateError } from './translate-error.ts'
import { brokenResponse, translateResponse } from './translate-response.ts'

/** A larger unstreamed response is an error. */
const MAX_BODY_BYTES = 16_777_216

function translateStream(chat: ResponseReader): ResponseReader {
  const translator = createStreamTranslator()
  const facts: ResponseFacts = { ...chat.facts }
  const refresh = (): void => {
    Object.assign(facts, chat.facts)
    facts.reportsError ||= translator.hasFailed()
    facts.done = translator.isComplete() || translator.hasFailed()
  }
  return {
    isStream: true,
    facts,
    push(chunk) {
      chat.push(chunk)
      const translated = translator.push(chunk)
      refresh()
      return translated
    },
    end() {
      chat.end()
      const translated = translator.end()
      refresh()
      return translated
    },
    isCut: () => !facts.done,
    // Whole events are returned only.
    isAtBoundary: () => true,
  }
}

function translateBody(
  chat: ResponseReader,
  status: number,
  memory: ByteReservation | undefined,
): ResponseReader {
  const facts: ResponseFacts = { ...chat.facts }
  const isSuccess = status >= 200 && status < 300
  const held: Buffer[] = []
  let length = 0
  const failed = (error: unknown): Buffer => {
    if (!isGatewayError(error)) throw error
    facts.reportsError = true
    return Buffer.from(JSON.stringify(anthropicErrorOf({ message: error.message }, error.statusCode)))
  }
  const translate = (): Buffer => {
    if (length > MAX_BODY_BYTES)
      throw brokenResponse('the answer of the endpoint is too large to be translated')
    const body = Buffer.concat(held)
    return isSuccess && !facts.reportsError ? translateResponse(body) : translateError(body, status)
  }
  return {
    isStream: false,
    facts,
    push(chunk) {
      chat.push(chunk)
      length += chunk.length
      if (length <= MAX_BODY_BYTES && memory?.take(chunk.length) === false) throw noBodyMemory()
      if (length <= MAX_BODY_BYTES) held.push(chunk)
      else held.length = 0
      return null
    },
    end() {
      chat.end()
      Object.assign(facts, chat.facts)
      try {
        return translate()
      } catch (error) {
        return failed(error)
      } finally {
        held.length = 0
      }
    },
    isCut: () => chat.isCut(),
    isAtBoundary: () => false,
  }
}

/**
 * Its `push` throws gatewayError LB_ERR_BODY_MEMORY where an unstreamed response does not fit into the memory.
 * @param chat - reads the same response, with its usage: what is known of the response comes from it.
 * @param status - of the response. The bodies of errors are translated too.
 * @param memory - takes what is held of an unstreamed response; the caller releases it.
 * @returns a reader that returns nothing of an unstreamed response before its end.
 */
export const translateReader = (
  chat: ResponseReader,
  status: number,
  memory: ByteReservation | undefined,
): ResponseReader => (chat.isStream ? translateStream(chat) : translateBody(chat, status, memory))
