// Makes of a request's body what placement knows of its prompt.
import { hash } from 'node:crypto'
import { hashBlocks } from '../../core/placement/prefix/hash-blocks.ts'
import { PROMPT_BLOCK_BYTES, type Prompt } from '../../core/placement/prefix/prompt.ts'
import type { Api } from '../apis/api.ts'
import { present } from '../request/body-members.ts'
import type { PreparedBody } from '../request/prepare-body.ts'
import { promptRanges } from './placement-members.ts'

/** A prompt that holds the request's body until its blocks are made. */
export interface RequestPrompt extends Prompt {
  /** Lets go of the body. Blocks that have not been made are none from then on. */
  release(): void
}

type PromptBody = Pick<PreparedBody, 'bytes' | 'isForm' | 'model' | 'placement'>

/** @returns undefined for a request that has no prompt. */
export type ReadPrompt = (
  api: Pick<Api, 'tokenMeasure'>,
  body: PromptBody,
  blockId: number,
) => RequestPrompt | undefined

// A longer cache_salt is none that an engine would be sent.
const MAX_SALT_BYTES = 1_024
const NO_BLOCKS = new Int32Array(0)
const noBlocks = (): Int32Array => NO_BLOCKS
const release = (): void => undefined

/** What keeps a prompt apart from equal ones. @returns undefined where it cannot be told. */
function readScope({ bytes, model, placement }: PromptBody, blockId: number): string | undefined {
  const salt = present(bytes, placement.cache_salt)
  if (salt === undefined) return `${blockId} ${JSON.stringify(model)}`
  if (salt.end - salt.start > MAX_SALT_BYTES) return undefined
  return `${blockId} ${JSON.stringify(model)} ${bytes.toString('utf8', salt.start, salt.end)}`
}

/**
 * @param secret - random, made by this process.
 * @returns a function whose prompts have no hash in common where their blocks, models or cache salts differ.
 */
export function createPromptReader(secret: string): ReadPrompt {
  // As many bytes as a hash key has.
  const key = new Int32Array(new Uint8Array(hash('sha256', `${secret} blocks`, 'buffer')).buffer)

  const seedOf = (scope: string): readonly [number, number] => {
    const digest = hash('sha256', `${secret} seed ${scope}`)
    return [parseInt(digest.slice(0, 8), 16), parseInt(digest.slice(8, 16), 16)]
  }
  const hashPrompt = (body: PromptBody, blockId: number): Int32Array => {
    const { bytes, placement } = body
    const scope = readScope(body, blockId)
    return scope === undefined
      ? NO_BLOCKS
      : hashBlocks(bytes, promptRanges(bytes, placement), seedOf(scope), key)
  }
  const createHeldPrompt = (body: PromptBody, blockId: number): RequestPrompt => {
    let held: PromptBody | undefined = body
    let blocks: Int32Array = NO_BLOCKS
    return {
      bytes: body.bytes.length,
      blocks() {
        if (held !== undefined) blocks = hashPrompt(held, blockId)
        held = undefined
        return blocks
      },
      release() {
        held = undefined
      },
    }
  }

  return ({ tokenMeasure }, body, blockId) => {
    const { length } = body.bytes
    // A form is a file: its prompt is not known.
    if (tokenMeasure === 'none' || body.isForm || length === 0) return undefined
    // Pooling models keep no cache from one request to the next that a choice of the endpoint could use.
    const hasBlocks = tokenMeasure === 'completion' && length >= PROMPT_BLOCK_BYTES
    return hasBlocks ? createHeldPrompt(body, blockId) : { bytes: length, blocks: noBlocks, release }
  }
}
