// Creates the reader of an endpoint's response: by the call that was asked for, translated and renamed as the client expects it.
import { renameModel } from '../response/rename-model.ts'
import type { ResponseReader } from '../response/response-reader.ts'
import { chat } from '../apis/chat.ts'
import { translateReader } from '../translation/translated-reader.ts'
import { isFailureStatus } from '../upstream/upstream-fault.ts'
import type { ForwardContext } from './forward-context.ts'

const isPlain = ({ headers }: ForwardContext): boolean =>
  headers['content-encoding'] === undefined || headers['content-encoding'] === 'identity'

/** The name that the response must have in place of the backend's; undefined where it stays as it is. */
function renamedTo(context: ForwardContext): string | undefined {
  const { alias } = context.request.routing
  return alias?.rewriteResponse && isPlain(context) && !isFailureStatus(context.status)
    ? alias.name
    : undefined
}

/** Whether the client gets other bytes than the endpoint sends. */
export const isChanged = (context: ForwardContext): boolean =>
  context.isTranslated || renamedTo(context) !== undefined

/** @param clientAsksUsage - whether the client gets the usage that a stream reports. */
export function createReader(context: ForwardContext, clientAsksUsage: boolean): ResponseReader {
  const { status, headers, asksUsage, isTranslated, request } = context
  const options = { status, headers, hideUsage: asksUsage && !clientAsksUsage && !isTranslated }
  const reader = isTranslated
    ? translateReader(chat.createResponseReader(options), status, request.record.bodyMemory)
    : request.api.createResponseReader(options)
  const name = renamedTo(context)
  return name === undefined ? reader : renameModel(reader, name, request.api.streamForm)
}
