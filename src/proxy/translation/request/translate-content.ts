// Translates content that a model reads: text, images and text documents.
import {
  isString,
  readArray,
  readBoolean,
  readEscaped,
  readObject,
  readString,
  required,
  shown,
  untranslatable,
  type RequestMembers,
  type RequestNode,
} from './request-node.ts'

/** Each holds what stands between the quotes of a JSON string. */
export type ContentPart =
  { readonly type: 'text'; readonly text: string } | { readonly type: 'image'; readonly url: string }

/** One block of content. */
export interface ContentBlock {
  readonly node: RequestNode
  readonly type: string
  readonly members: RequestMembers
}

const PARAGRAPH = '\\n\\n'

/** @param parts - text of JSON strings. @returns them as one, each a paragraph; empty ones are left out. */
export const joinTexts = (parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join(PARAGRAPH)

export const textPart = (text: string): ContentPart => ({ type: 'text', text })

function toBlock(node: RequestNode): ContentBlock {
  const members = readObject(node)
  return { node, members, type: readString(required(members, node, 'type')) }
}

/** @returns the blocks of an array; for a string one block of text. */
export function readBlocks(content: RequestNode): ContentBlock[] {
  if (!isString(content)) return readArray(content).map(toBlock)
  return [{ node: content, type: 'text', members: new Map([['text', content]]) }]
}

const unknownType = ({ node, type }: ContentBlock, of: string): Error =>
  untranslatable(
    node.path,
    `${node.path} is ${of} of the type ${shown(type)}, which a chat completion cannot have.`,
  )

/** @see https://platform.claude.com/docs/en/build-with-claude/vision */
function readImage(block: ContentBlock): ContentPart {
  const source = toBlock(required(block.members, block.node, 'source'))
  const read = (key: string): string => readEscaped(required(source.members, source.node, key))
  if (source.type === 'base64')
    return { type: 'image', url: `data:${read('media_type')};base64,${read('data')}` }
  if (source.type === 'url') return { type: 'image', url: read('url') }
  throw unknownType(source, 'an image')
}

/** The client would look for citations, which a chat completion does not have. */
function refuseCitations({ node, members }: ContentBlock): void {
  const citations = members.get('citations')
  const enabled = citations && readObject(citations).get('enabled')
  if (enabled && readBoolean(enabled))
    throw untranslatable(node.path, `${node.path} asks for citations, which a chat completion cannot have.`)
}

const escapedMembers = ({ members }: ContentBlock, keys: readonly string[]): string =>
  joinTexts(keys.map((key) => members.get(key)).map((member) => (member ? readEscaped(member) : '')))

/** A document's title and context go before its text. */
function readDocument(block: ContentBlock): ContentPart[] {
  refuseCitations(block)
  const source = toBlock(required(block.members, block.node, 'source'))
  const head = textPart(escapedMembers(block, ['title', 'context']))
  if (source.type === 'text')
    return [head, textPart(readEscaped(required(source.members, source.node, 'data')))]
  if (source.type === 'content') return [head, ...readParts(required(source.members, source.node, 'content'))]
  throw unknownType(source, 'a document')
}

function readSearchResult(block: ContentBlock): ContentPart[] {
  refuseCitations(block)
  const content = required(block.members, block.node, 'content')
  return [textPart(escapedMembers(block, ['title', 'source'])), ...readParts(content)]
}

/** @throws gatewayError of status 400 for any other block. */
export function readPart(block: ContentBlock): ContentPart[] {
  switch (block.type) {
    case 'text':
      return [textPart(readEscaped(required(block.members, block.node, 'text')))]
    case 'image':
      return [readImage(block)]
    case 'document':
      return readDocument(block)
    case 'search_result':
      return readSearchResult(block)
    default:
      throw unknownType(block, 'content')
  }
}

/** @param content - a string or an array of blocks. */
export const readParts = (content: RequestNode): ContentPart[] => readBlocks(content).flatMap(readPart)

export const textsOf = (parts: readonly ContentPart[]): string =>
  joinTexts(parts.map((part) => (part.type === 'text' ? part.text : '')))

const renderPart = (part: ContentPart): string =>
  part.type === 'text'
    ? `{"type":"text","text":"${part.text}"}`
    : `{"type":"image_url","image_url":{"url":"${part.url}"}}`

/** @returns JSON: one string where all is text, since not every server takes parts. */
export function renderContent(parts: readonly ContentPart[]): string {
  if (parts.every(({ type }) => type === 'text')) return `"${textsOf(parts)}"`
  return `[${parts
    .filter((part) => part.type !== 'text' || part.text !== '')
    .map(renderPart)
    .join(',')}]`
}
