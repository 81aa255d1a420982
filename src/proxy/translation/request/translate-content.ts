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
import { createText, textOf, type Text } from './text.ts'

/** Each holds what stands between the quotes of a JSON string. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly url: string }

/** One block of content. */
export interface ContentBlock {
  readonly node: RequestNode
  readonly type: string
  readonly members: RequestMembers
}

/** Between texts, inside a JSON string. */
export const PARAGRAPH = '\\n\\n'

/** @param texts - of JSON strings. @returns them as one, each a paragraph; empty ones are left out. */
const joinTexts = (texts: readonly string[]): string => texts.filter((text) => text !== '').join(PARAGRAPH)

export const textPart = (text: string): ContentPart => ({ type: 'text', text })

function toBlock(node: RequestNode): ContentBlock {
  const members = readObject(node)
  return { node, members, type: readString(required(members, node, 'type')) }
}

/** Yields the blocks of an array; for a string one block of text. */
export function* readBlocks(content: RequestNode): Generator<ContentBlock> {
  if (isString(content)) yield { node: content, type: 'text', members: new Map([['text', content]]) }
  else for (const node of readArray(content)) yield toBlock(node)
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
function* readDocument(block: ContentBlock): Generator<ContentPart> {
  refuseCitations(block)
  const source = toBlock(required(block.members, block.node, 'source'))
  yield textPart(escapedMembers(block, ['title', 'context']))
  if (source.type === 'text') yield textPart(readEscaped(required(source.members, source.node, 'data')))
  else if (source.type === 'content') yield* readParts(required(source.members, source.node, 'content'))
  else throw unknownType(source, 'a document')
}

function* readSearchResult(block: ContentBlock): Generator<ContentPart> {
  refuseCitations(block)
  const content = required(block.members, block.node, 'content')
  yield textPart(escapedMembers(block, ['title', 'source']))
  yield* readParts(content)
}

export const readText = ({ members, node }: ContentBlock): string =>
  readEscaped(required(members, node, 'text'))

/** @throws gatewayError of status 400 for any other block. */
export function* readPart(block: ContentBlock): Generator<ContentPart> {
  switch (block.type) {
    case 'text':
      yield textPart(readText(block))
      break
    case 'image':
      yield readImage(block)
      break
    case 'document':
      yield* readDocument(block)
      break
    case 'search_result':
      yield* readSearchResult(block)
      break
    default:
      throw unknownType(block, 'content')
  }
}

/** @param content - a string or an array of blocks. */
export function* readParts(content: RequestNode): Generator<ContentPart> {
  for (const block of readBlocks(content)) yield* readPart(block)
}

const renderPart = (part: ContentPart): string =>
  part.type === 'text'
    ? `{"type":"text","text":"${part.text}"}`
    : `{"type":"image_url","image_url":{"url":"${part.url}"}}`

/** The parts of one message, perhaps very many: rendered at once, in both of the forms that it may have. */
export interface Content {
  add(part: ContentPart): void
  /** Whether nothing was added, not even an empty text. */
  isEmpty(): boolean
  /** The text of all parts as one; undefined where there is an image. */
  texts(): Text | undefined
  /** The JSON of the parts, without empty texts. */
  readonly parts: Text
}

export function createContent(): Content {
  const texts = createText(PARAGRAPH)
  const parts = createText(',')
  let [isEmpty, isText] = [true, true]
  return {
    parts,
    add(part) {
      isEmpty = false
      if (part.type === 'text' && part.text === '') return
      parts.add(renderPart(part))
      if (part.type === 'image') isText = false
      else if (isText) texts.add(part.text)
    },
    isEmpty: () => isEmpty,
    texts: () => (isText ? texts : undefined),
  }
}

/** @returns JSON: one string where all is text, since not every server takes parts. */
export function renderContent(contents: readonly Content[]): Text {
  const [texts, parts] = [createText(PARAGRAPH), createText(',')]
  let isText = true
  for (const content of contents) {
    const text = content.texts()
    if (text === undefined) isText = false
    else if (!text.isEmpty()) texts.add(text)
    if (!content.parts.isEmpty()) parts.add(content.parts)
  }
  return isText ? textOf('"', texts, '"') : textOf('[', parts, ']')
}
