// What the calls about one object that a backend keeps have in common.
import { noBody } from '../../request/prepare-body.ts'
import type { ResponseReader, ResponseReaderOptions } from '../../response/response-reader.ts'
import type { Api } from '../api.ts'
import { jsonCall } from '../openai-calls.ts'
import { createTypedEventReader } from '../response-formats.ts'

/** They generate nothing: what an object cost was counted when it was made, if at all. */
function createUncountedReader(options: ResponseReaderOptions): ResponseReader {
  const reader = createTypedEventReader(options)
  return {
    ...reader,
    get facts() {
      return { ...reader.facts, usage: undefined, deltas: 0 }
    },
  }
}

/** The same of a response that may not have been complete when it was made; `countOnce` says whether its usage counts. */
export function createAskedReader(options: ResponseReaderOptions): ResponseReader {
  const reader = createTypedEventReader(options)
  return {
    ...reader,
    get facts() {
      return Object.assign(reader.facts, { deltas: 0, objectIds: undefined })
    },
  }
}

type ObjectCall = Omit<Api, 'name' | 'routes' | 'pathObject'>

export const getObject: ObjectCall = {
  ...jsonCall,
  method: 'GET',
  tokenMeasure: 'none',
  isCacheable: false,
  readRequest: () => noBody,
  createResponseReader: createUncountedReader,
}

export const deleteObject: ObjectCall = { ...getObject, method: 'DELETE' }

/** A POST without a body. */
export const cancelObject: ObjectCall = { ...getObject, method: 'POST' }

/** A POST with a body. */
export const changeObject: ObjectCall = { ...cancelObject, readRequest: jsonCall.readRequest }
