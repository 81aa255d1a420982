// Puts the content of a streamed chat into blocks, however it is interleaved: a message has one block open at a time.
import type { ChatToolCall } from './chat-response.ts'
import { toolUseId } from './message-fields.ts'
import type { ReasoningMember } from './reasoning.ts'
import { createInputScan, type InputScan } from './tool-input.ts'
import { brokenResponse } from './translate-response.ts'

export interface BlockSequence {
  addReasoning(text: string, member: ReasoningMember): void
  addText(text: string): void
  /** @throws gatewayError where the piece cannot belong to any call. */
  addToolCall(piece: ChatToolCall): void
  /**
   * Closes all blocks.
   * @param wasCut - whether the model was stopped at its most tokens, so that a call may be incomplete.
   * @throws gatewayError where a call is incomplete otherwise, or has no name.
   */
  finish(wasCut: boolean): void
  hasToolUse(): boolean
}

/** Called with each event: its type and its other members. */
type WriteEvent = (type: string, members: object) => void

interface Block {
  readonly type: 'thinking' | 'text' | 'tool_use'
  /** Of thinking. */
  readonly signature: string
  /** Of the use of a tool. */
  id: string
  name: string
  readonly scan: InputScan
  /** What has come before the block could be opened. */
  pending: string
  state: 'waiting' | 'open' | 'closed'
}

// What waits for other blocks to end, in characters.
const MAX_PENDING = 4_194_304
const MAX_CALLS = 1_024

const createBlock = (type: Block['type'], signature = ''): Block => ({
  type,
  signature,
  id: '',
  name: '',
  scan: createInputScan(),
  pending: '',
  state: 'waiting',
})

function startOf({ type, id, name }: Block): object {
  if (type === 'thinking') return { type, thinking: '', signature: '' }
  return type === 'text' ? { type, text: '' } : { type, id, name, input: {} }
}

function deltaOf({ type }: Block, text: string): object {
  if (type === 'thinking') return { type: 'thinking_delta', thinking: text }
  return type === 'text' ? { type: 'text_delta', text } : { type: 'input_json_delta', partial_json: text }
}

/** Writes the block at the head of the queue. */
function createBlockWriter(write: WriteEvent) {
  let index = -1
  return {
    open(block: Block): void {
      index += 1
      block.state = 'open'
      write('content_block_start', { index, content_block: startOf(block) })
    },
    flush(block: Block): void {
      if (block.pending === '') return
      write('content_block_delta', { index, delta: deltaOf(block, block.pending) })
      block.pending = ''
    },
    close(block: Block): void {
      const { signature } = block
      if (signature !== '')
        write('content_block_delta', { index, delta: { type: 'signature_delta', signature } })
      write('content_block_stop', { index })
      block.state = 'closed'
    },
  }
}

const isNamed = ({ type, id, name }: Block): boolean => type !== 'tool_use' || (id !== '' && name !== '')
const mayClose = ({ type, scan }: Block): boolean => type !== 'tool_use' || scan.isComplete()

/** Finds the call to which a piece belongs: by its index, or by its id where a server gives no index or the same to several. */
function createCalls() {
  const byIndex = new Map<number, Block>()
  let last: Block | undefined
  let count = 0
  return (piece: ChatToolCall): Block => {
    const id = piece.id ?? ''
    const known = piece.index == null ? last : byIndex.get(piece.index)
    const isOther = known !== undefined && id !== '' && known.id !== '' && id !== known.id
    // Some servers give every piece an id of its own, but the name only once.
    if (known && !(isOther && piece.function?.name)) return known
    count += 1
    if (count > MAX_CALLS) throw brokenResponse('the endpoint answered with too many calls of tools')
    const block = createBlock('tool_use')
    if (piece.index != null) byIndex.set(piece.index, block)
    last = block
    return block
  }
}

export function createBlockSequence(write: WriteEvent): BlockSequence {
  const writer = createBlockWriter(write)
  const callOf = createCalls()
  /** The blocks that have not been closed; the first of them is open, or waits for its name. */
  const queue: Block[] = []
  let pending = 0
  let hasToolUse = false

  const flush = (block: Block): void => {
    pending -= block.pending.length
    writer.flush(block)
  }
  const advance = (): void => {
    for (let block = queue[0]; block !== undefined; block = queue[0]) {
      if (block.state === 'waiting') {
        if (!isNamed(block)) return
        writer.open(block)
      }
      flush(block)
      if (queue.length === 1 || !mayClose(block)) return
      writer.close(block)
      queue.shift()
    }
  }
  const add = (block: Block, text: string): void => {
    if (block.state === 'closed') {
      if (text.trim() === '') return
      throw brokenResponse('the endpoint went on with a call of a tool that was complete')
    }
    if (block.type === 'tool_use') block.scan.push(text)
    block.pending += text
    pending += text.length
    if (queue.at(-1) !== block && !queue.includes(block)) queue.push(block)
    advance()
    if (pending > MAX_PENDING)
      throw brokenResponse('the endpoint answered with too many calls of tools at once')
  }
  const addTo = (type: 'thinking' | 'text', signature: string, text: string): void => {
    const last = queue.at(-1)
    add(last?.type === type ? last : createBlock(type, signature), text)
  }

  return {
    addReasoning: (text, member) => addTo('thinking', member, text),
    addText: (text) => addTo('text', '', text),
    addToolCall(piece) {
      const block = callOf(piece)
      hasToolUse = true
      block.id ||= piece.id ?? ''
      block.name ||= piece.function?.name ?? ''
      add(block, piece.function?.arguments ?? '')
    },
    finish(wasCut) {
      for (const block of queue) {
        const { type, scan } = block
        if (type === 'tool_use' && block.name !== '') block.id ||= toolUseId()
        const isWhole = isNamed(block) && (mayClose(block) || scan.isEmpty())
        if (!isWhole && !wasCut)
          throw brokenResponse('the endpoint answered with a call of a tool that is incomplete')
        // A call without a name cannot be run.
        if (!isNamed(block)) continue
        if (block.state === 'waiting') writer.open(block)
        flush(block)
        writer.close(block)
      }
      queue.length = 0
    },
    hasToolUse: () => hasToolUse,
  }
}
