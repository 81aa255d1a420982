// What a request's body says of objects that backends keep.
import { findMembers, memberKeys, type ValueRange } from '../json/find-members.ts'
import { OPEN_BRACE } from '../json/json-scan.ts'
import { bad, duplicateError, is, present, readText } from '../request/body-members.ts'
import type { ObjectKind } from './object-kinds.ts'

/** An object that a backend keeps, as a request refers to it. */
export interface ObjectReference {
  readonly kind: ObjectKind
  readonly id: string
  /** The member of the body; undefined for the path. */
  readonly param: 'previous_response_id' | 'conversation' | 'input_file_id' | undefined
}

export interface ObjectMembers {
  readonly references: readonly ObjectReference[]
  /** Whether the backend was asked to keep nothing. */
  readonly isForgotten: boolean
  /** Whether a backend that has begun to work on it keeps something, or works on, whether or not its response arrives. */
  readonly leavesObject: boolean
}

export const objectKeys = [
  'previous_response_id',
  'conversation',
  'input_file_id',
  'store',
  'background',
] as const
const idKeys = memberKeys(['id'])
const MAX_ID_BYTES = 1024

type Values = Readonly<Partial<Record<(typeof objectKeys)[number], ValueRange>>>

/** @returns the range of the id: a conversation may also be an object that has one. */
function findConversation(bytes: Buffer, value: ValueRange | undefined): ValueRange | undefined {
  const conversation = present(bytes, value)
  if (conversation === undefined || bytes[conversation.start] !== OPEN_BRACE) return conversation
  const { start, end } = conversation
  const { values, duplicate } = findMembers(bytes.subarray(start, end), idKeys)
  if (duplicate !== undefined) throw duplicateError(duplicate)
  const id = values.id
  if (id === undefined) throw bad('conversation', 'conversation must have an id.')
  return { start: start + id.start, end: start + id.end }
}

/** @throws gatewayError LB_ERR_BAD_REQUEST for a value that is no id, LB_ERR_DUPLICATE_KEY. */
export function readObjects(bytes: Buffer, values: Values): ObjectMembers {
  const ranges = [
    ['response', 'previous_response_id', present(bytes, values.previous_response_id)],
    ['conversation', 'conversation', findConversation(bytes, values.conversation)],
    ['file', 'input_file_id', present(bytes, values.input_file_id)],
  ] as const
  const isSet = (key: 'store' | 'background', word: string): boolean => {
    const value = values[key]
    return value !== undefined && is(bytes, value, word)
  }
  return {
    references: ranges.flatMap(([kind, param, range]) =>
      range === undefined ? [] : [{ kind, param, id: readText(bytes, param, range, MAX_ID_BYTES) }],
    ),
    isForgotten: isSet('store', 'false'),
    leavesObject: isSet('store', 'true') || isSet('background', 'true'),
  }
}
