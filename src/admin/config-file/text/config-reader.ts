// Reads and writes configuration files: long ones on a thread, one after another, because YAML takes a second per megabyte.
import { Worker } from 'node:worker_threads'
import type { ConfigFile } from '../../../contract/config-file.ts'
import type { FieldError } from '../../../contract/problem.ts'
import { gatewayError, type GatewayError } from '../../../core/gateway-error.ts'
import { createSerialQueue } from '../../../core/serial-queue.ts'
import {
  runConfigTask,
  type ConfigTask,
  type ConfigTaskReply,
  type ConfigTaskResults,
} from './config-task.ts'

export interface ConfigReader {
  /** Throws LB_ERR_BODY_TOO_LARGE, and LB_ERR_VALIDATION with the pointer and line of each error. */
  read(text: string): Promise<ConfigFile>
  /** @returns the errors with the lines that their pointers refer to. */
  locate(text: string, errors: readonly FieldError[]): Promise<FieldError[]>
  render(content: ConfigFile): Promise<string>
}

export const MAX_FILE_BYTES = 2 * 1024 * 1024
// Up to here a file takes a few milliseconds, a thread more.
const SHORT_CHARACTERS = 16_384
const SHORT_OBJECTS = 100
const MAX_THREAD_MB = 512

// Has the same extension as this file: .ts from src, .js from dist.
const script = new URL(import.meta.url.replace(/config-reader(\.\w+)$/, 'run-config-thread$1'))

const tooMuch = (): GatewayError =>
  gatewayError('LB_ERR_VALIDATION', 'The file takes too much memory to be read.')

function runOnThread<Kind extends ConfigTask['kind']>(
  task: ConfigTask & { kind: Kind },
): Promise<ConfigTaskResults[Kind]> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(script, {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: MAX_THREAD_MB },
    })
    thread.once('message', ({ result, refusal }: ConfigTaskReply) => {
      if (refusal) reject(gatewayError(refusal.code, refusal.message, { errors: refusal.errors }))
      else resolve(result as ConfigTaskResults[Kind])
    })
    thread.once('error', (error: Error) => {
      const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      reject(isMemory ? tooMuch() : error)
    })
    thread.once('exit', () => reject(new Error('the thread of the configuration file ended')))
  })
}

const objectsIn = ({ endpoints, incoming_blocks, client_tokens }: ConfigFile): number =>
  [endpoints, incoming_blocks, client_tokens].reduce((sum, list) => sum + (list?.length ?? 0), 0)

export function createConfigReader(): ConfigReader {
  // One thread at a time bounds the memory.
  const inTurn = createSerialQueue()
  const isShort = (text: string): boolean => text.length <= SHORT_CHARACTERS
  return {
    async read(text) {
      if (Buffer.byteLength(text) > MAX_FILE_BYTES)
        throw gatewayError('LB_ERR_BODY_TOO_LARGE', 'A configuration file takes at most 2 MiB.')
      if (isShort(text)) return runConfigTask({ kind: 'read', text })
      return inTurn(() => runOnThread({ kind: 'read', text }))
    },
    async locate(text, errors) {
      if (isShort(text)) return runConfigTask({ kind: 'locate', text, errors })
      return inTurn(() => runOnThread({ kind: 'locate', text, errors }))
    },
    async render(content) {
      if (objectsIn(content) <= SHORT_OBJECTS) return runConfigTask({ kind: 'render', content })
      return inTurn(() => runOnThread({ kind: 'render', content }))
    },
  }
}
