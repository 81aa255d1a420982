/** Starts the worker of the engine from the page. */
import type { PageCommand, PageReport } from './page-messages.ts'
import workerUrl from './worker.ts?worker&url'

/** The used part of the Trusted Types API, which TypeScript does not declare. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: () => string },
  ): { createScriptURL(input: string): object }
}

/** @returns the URL of the worker, as a TrustedScriptURL in browsers that enforce `require-trusted-types-for 'script'`. */
function trustedWorkerUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  // The policy returns this URL for any input, so it cannot allow another script.
  const policy = trustedTypes?.createPolicy('load-producer-engine', { createScriptURL: () => workerUrl })
  return (policy?.createScriptURL('') ?? workerUrl) as string
}

export interface EngineWorker {
  send(command: PageCommand): void
  /** Ends the worker at once; its socket closes, and the bridge cancels its calls. */
  terminate(): void
}

/** May be called only once per page, because the name of a Trusted Types policy must be unique. */
export function startEngine(onReport: (report: PageReport) => void): EngineWorker {
  const worker = new Worker(trustedWorkerUrl(), { name: 'load-engine' })
  worker.addEventListener('message', ({ data }: MessageEvent<PageReport>) => onReport(data))
  return {
    send: (command) => worker.postMessage(command),
    terminate: () => worker.terminate(),
  }
}
