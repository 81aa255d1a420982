/** Starts the engine's worker from the page. */
import type { Command, Report } from './protocol/messages.ts'
import workerUrl from './worker.ts?worker&url'

/** Of the browsers' Trusted Types, what is used here. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: () => string },
  ): { createScriptURL(input: string): object }
}

/** The worker's address, in the form that `require-trusted-types-for 'script'` asks for where a browser knows it. */
function trustedWorkerUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  // The one script that the policy lets through is the engine's own.
  const policy = trustedTypes?.createPolicy('load-producer-engine', { createScriptURL: () => workerUrl })
  return (policy?.createScriptURL('') ?? workerUrl) as string
}

export interface EngineWorker {
  send(command: Command): void
  /** Ends the worker at once; the bridge then ends its calls. */
  terminate(): void
}

/** To be called once a page, as its policy has a name of its own. */
export function startEngine(onReport: (report: Report) => void): EngineWorker {
  const worker = new Worker(trustedWorkerUrl(), { name: 'load-engine' })
  worker.addEventListener('message', ({ data }: MessageEvent<Report>) => onReport(data))
  return {
    send: (command) => worker.postMessage(command),
    terminate: () => worker.terminate(),
  }
}
