// The tasks on the text of a configuration file that may run in a process of their own.
import type { ConfigFile } from '../../../contract/config-file.ts'
import type { ErrorCode } from '../../../contract/error-codes.ts'
import type { FieldError } from '../../../contract/problem.ts'
import { locateErrors, readConfigDocument } from './config-document.ts'
import { renderConfig } from './render-config.ts'

export interface ConfigTaskResults {
  read: ConfigFile
  locate: FieldError[]
  render: string
}

export type ConfigTask =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'locate'; readonly text: string; readonly errors: readonly FieldError[] }
  | { readonly kind: 'render'; readonly content: ConfigFile }

/** The process's reply. Exactly one member is set. */
export interface ConfigTaskReply {
  readonly result?: ConfigTaskResults[ConfigTask['kind']]
  readonly refusal?: {
    readonly code: ErrorCode
    readonly message: string
    readonly errors: readonly FieldError[]
  }
}

/** Throws LB_ERR_VALIDATION with the pointer and line of each error of the file. */
export function runConfigTask<Kind extends ConfigTask['kind']>(
  task: ConfigTask & { kind: Kind },
): ConfigTaskResults[Kind]
export function runConfigTask(task: ConfigTask): ConfigTaskResults[ConfigTask['kind']] {
  if (task.kind === 'read') return readConfigDocument(task.text)
  if (task.kind === 'locate') return locateErrors(task.text, task.errors)
  return renderConfig(task.content)
}
