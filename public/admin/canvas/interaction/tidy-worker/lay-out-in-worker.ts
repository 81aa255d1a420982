/** Asks a worker for a layout. The worker ends with its answer, as tidy-up is rare. */
import type { Point } from '../../model/card.ts'
import type { LayoutGraph } from '../../model/layout-graph.ts'
import workerUrl from './worker.ts?worker&url'

/** The used part of the Trusted Types API, which TypeScript does not declare. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: () => string },
  ): { createScriptURL(input: string): object }
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
// The policy returns this URL for any input, so it cannot allow another script. A page may have a policy of a name once.
const policy = trustedTypes?.createPolicy('tidy-up', { createScriptURL: () => workerUrl })

export function layOutInWorker(graph: LayoutGraph): Promise<ReadonlyMap<string, Point>> {
  const worker = new Worker((policy?.createScriptURL('') ?? workerUrl) as string, { name: 'tidy-up' })
  return new Promise<ReadonlyMap<string, Point>>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<ReadonlyMap<string, Point>>) => resolve(data))
    worker.addEventListener('error', ({ message }) => reject(new Error(message)))
    worker.postMessage(graph)
  }).finally(() => worker.terminate())
}
