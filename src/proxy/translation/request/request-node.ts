// Reads a client's request value by value, as ranges of its own text, so that what is passed on is not serialised again.
import { gatewayError, type GatewayError } from '../../../core/gateway-error.ts'
import { readMembers } from '../../json/json-members.ts'
import {
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  endOfValue,
  isWord,
  skipSpace,
} from '../../json/json-scan.ts'

/** One value of the request. */
export interface RequestNode {
  readonly bytes: Buffer
  readonly start: number
  /** The index after the value's last byte. */
  readonly end: number
  /** Where the value stands, such as `messages.0.content`; empty for the body itself. */
  readonly path: string
}

export type RequestMembers = ReadonlyMap<string, RequestNode>

/** An error of status 400. @param detail - names the value by its path; quotes nothing else of the request. */
export const untranslatable = (path: string, detail: string): GatewayError =>
  gatewayError('LB_ERR_BAD_REQUEST', detail, { param: path })

const wrongType = ({ path }: RequestNode, type: string): GatewayError =>
  untranslatable(path, `${path} must be ${type}.`)

/** @param bytes - a JSON object that has been validated. */
export const requestRoot = (bytes: Buffer): RequestNode => ({ bytes, start: 0, end: bytes.length, path: '' })

/** The value's own JSON text. */
export const sourceOf = ({ bytes, start, end }: RequestNode): string => bytes.toString('utf8', start, end)

export const isString = ({ bytes, start }: RequestNode): boolean => bytes[start] === QUOTE

const isSourceOf = ({ bytes, start, end }: RequestNode, word: string): boolean =>
  isWord(bytes, start, end, word)

const childPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

/** Throws a gatewayError of status 400 for any other value. */
export function requireObject(node: RequestNode): void {
  if (node.bytes[node.start] !== OPEN_BRACE) throw wrongType(node, 'an object')
}

// Far more than any API has, and few enough that the members of a large body take little beside it.
const MAX_MEMBERS = 1_000

/** @returns the members that are not null; of two with one key the last, as servers read it. */
export function readObject(node: RequestNode): RequestMembers {
  requireObject(node)
  const { bytes, start, end, path } = node
  const members = new Map<string, RequestNode>()
  for (const { key, valueStart, valueEnd } of readMembers(bytes, start + 1, end)) {
    const member = { bytes, start: valueStart, end: valueEnd, path: childPath(path, key) }
    members.delete(key)
    if (!isSourceOf(member, 'null')) members.set(key, member)
    if (members.size > MAX_MEMBERS)
      throw untranslatable(path, `${path === '' ? 'The body' : path} has more than ${MAX_MEMBERS} members.`)
  }
  return members
}

function* readItems({ bytes, start, end, path }: RequestNode): Generator<RequestNode> {
  let index = 0
  for (let at = skipSpace(bytes, start + 1, end); at < end && bytes[at] !== CLOSE_BRACKET; index += 1) {
    const itemEnd = endOfValue(bytes, at, end)
    yield { bytes, start: at, end: itemEnd, path: childPath(path, String(index)) }
    at = skipSpace(bytes, itemEnd, end)
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1, end)
  }
}

/** @returns the items one by one: a list of them would take many times the memory of a body with very small ones. */
export function readArray(node: RequestNode): Generator<RequestNode> {
  if (node.bytes[node.start] !== OPEN_BRACKET) throw wrongType(node, 'an array')
  return readItems(node)
}

export const isEmptyArray = (node: RequestNode): boolean => readArray(node).next().done === true

/** @returns what stands between the quotes of a string, its escapes as they are. */
export function readEscaped(node: RequestNode): string {
  if (!isString(node)) throw wrongType(node, 'a string')
  return node.bytes.toString('utf8', node.start + 1, node.end - 1)
}

export const readString = (node: RequestNode): string => JSON.parse(`"${readEscaped(node)}"`) as string

export function readBoolean(node: RequestNode): boolean {
  if (isSourceOf(node, 'true')) return true
  if (isSourceOf(node, 'false')) return false
  throw wrongType(node, 'true or false')
}

/** @throws gatewayError of status 400 where the member is missing. */
export function required(members: RequestMembers, { path }: RequestNode, key: string): RequestNode {
  const member = members.get(key)
  if (member) return member
  const missing = childPath(path, key)
  throw untranslatable(missing, `${missing} is missing.`)
}

const MAX_SHOWN = 100

/** A name of the request as it may stand in an error. */
export const shown = (name: string): string => JSON.stringify(name.slice(0, MAX_SHOWN))
