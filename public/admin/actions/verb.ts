/** What can be done with something, and what that needs. */
import type { StateView } from '../../../src/contract/gateway.ts'
import type { Page } from '../state/page/page.tsx'
import type { CommandRunner } from '../state/page/use-command-runner.ts'

export interface Verb {
  readonly id: string
  /** In a menu of the object. */
  readonly label: string
  /** With the object's name, in the palette. */
  readonly sentence: string
  /** What it will do. */
  readonly hint?: string
  readonly danger?: boolean
  readonly run: () => void
}

export interface VerbParts {
  readonly page: Page
  readonly runner: CommandRunner
  readonly state: StateView
}
