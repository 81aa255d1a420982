// Reads and writes configuration files: long ones in a process of their own, one after another, because
// YAML takes a second and up to some hundred megabytes of memory per megabyte.
import { fork } from 'node:child_process'
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
// Up to here a file takes a few milliseconds, a process more.
const SHORT_CHARACTERS = 16_384
const SHORT_OBJECTS = 100
// A file of 2 MiB may take most of it. On a machine with less the system ends the process.
const MAX_HEAP_MB = 512

// Has the same extension as this file: .ts from src, .js from dist.
const script = new URL(import.meta.url.replace(/config-reader(\.\w+)$/, 'run-config-process$1'))

const tooMuch = (): GatewayError =>
  gatewayError('LB_ERR_VALIDATION', 'The file takes too much memory to be read.')

/** A process that runs out of memory ends alone, where a thread would end the daemon. */
function runInProcess<Kind extends ConfigTask['kind']>(
  task: ConfigTask & { kind: Kind },
): Promise<ConfigTaskResults[Kind]> {
  return new Promise((resolve, reject) => {
    const child = fork(script, {
      execArgv: [`--max-old-space-size=${MAX_HEAP_MB}`],
      // Nothing of the daemon's is needed, its secrets least of all.
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    child.once('message', (reply) => {
      const { result, refusal } = reply as ConfigTaskReply
      if (refusal) reject(gatewayError(refusal.code, refusal.message, { errors: refusal.errors }))
      else resolve(result as ConfigTaskResults[Kind])
    })
    // Twice where it cannot be started: then nothing can be sent to it either.
    child.on('error', reject)
    child.once('exit', (code, signal) => {
      // By a signal where there was no memory, else because of a fault; without effect after a reply.
      const fail = (): void =>
        reject(signal === null ? new Error(`the configuration file's process ended with ${code}`) : tooMuch())
      // Until then its reply may still be read.
      if (child.connected) child.once('disconnect', fail)
      else fail()
    })
    child.send(task)
  })
}

const objectsIn = ({ endpoints, incoming_blocks, client_tokens }: ConfigFile): number =>
  [endpoints, incoming_blocks, client_tokens].reduce((sum, list) => sum + (list?.length ?? 0), 0)

export function createConfigReader(): ConfigReader {
  // One process at a time bounds the memory.
  const inTurn = createSerialQueue()
  const isShort = (text: string): boolean => text.length <= SHORT_CHARACTERS
  return {
    async read(text) {
      if (Buffer.byteLength(text) > MAX_FILE_BYTES)
        throw gatewayError('LB_ERR_BODY_TOO_LARGE', 'A configuration file takes at most 2 MiB.')
      if (isShort(text)) return runConfigTask({ kind: 'read', text })
      return inTurn(() => runInProcess({ kind: 'read', text }))
    },
    async locate(text, errors) {
      if (isShort(text)) return runConfigTask({ kind: 'locate', text, errors })
      return inTurn(() => runInProcess({ kind: 'locate', text, errors }))
    },
    async render(content) {
      if (objectsIn(content) <= SHORT_OBJECTS) return runConfigTask({ kind: 'render', content })
      return inTurn(() => runInProcess({ kind: 'render', content }))
    },
  }
}
