// What the calls about objects that backends keep have in common.
import { noBody } from '../../request/prepare-body.ts'
import type { ResponseReader, ResponseReaderOptions } from '../../response/response-reader.ts'
import type { Api } from '../api.ts'
import { jsonCall } from '../openai-calls.ts'
import { createObjectReader, createTypedEventReader } from '../response-formats.ts'

/** Of a call that leaves an object behind at its backend, and generates nothing. */
export const createObject = {
  tokenMeasure: 'none',
  isCacheable: false,
  createResponseReader: createObjectReader,
  mayRepeat: () => false,
} as const satisfies Partial<Api>

/** What an object cost is counted once, as `countOnce` says, and not by the pieces that are read of it again. */
function createKeptReader(options: ResponseReaderOptions): ResponseReader {
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
  createResponseReader: createKeptReader,
}

export const deleteObject: ObjectCall = { ...getObject, method: 'DELETE' }

/** A POST without a body. */
export const cancelObject: ObjectCall = { ...getObject, method: 'POST' }

/** A POST with a body. */
export const changeObject: ObjectCall = { ...cancelObject, readRequest: jsonCall.readRequest }
