// Reads a client's request value by value, as ranges of its own text, so that what is passed on is not serialised again.
import { gatewayError, type GatewayError } from '../../../core/gateway-error.ts'
import { listMembers } from '../../json/json-members.ts'
import {
  CLOSE_BRACKET,
  COMMA,
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

/** @returns the members that are not null; of two with one key the last, as servers read it. */
export function readObject(node: RequestNode): RequestMembers {
  const { bytes, start, end, path } = node
  const layout = listMembers(bytes, start, end)
  if (layout === null) throw wrongType(node, 'an object')
  const members = new Map<string, RequestNode>()
  for (const { key, valueStart, valueEnd } of layout.members) {
    const member = { bytes, start: valueStart, end: valueEnd, path: childPath(path, key) }
    members.delete(key)
    if (!isSourceOf(member, 'null')) members.set(key, member)
  }
  return members
}

export function readArray(node: RequestNode): RequestNode[] {
  const { bytes, start, end, path } = node
  if (bytes[start] !== OPEN_BRACKET) throw wrongType(node, 'an array')
  const items: RequestNode[] = []
  for (let at = skipSpace(bytes, start + 1, end); at < end && bytes[at] !== CLOSE_BRACKET;) {
    const itemEnd = endOfValue(bytes, at, end)
    items.push({ bytes, start: at, end: itemEnd, path: childPath(path, String(items.length)) })
    at = skipSpace(bytes, itemEnd, end)
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1, end)
  }
  return items
}

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
