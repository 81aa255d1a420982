// Counts the tokens and outcomes of an engine's requests.
import type { EngineFigures, FinishReason } from '../kinds/metrics-text.ts'
import type { RequestContext } from './request-context.ts'

type Counted = Pick<EngineFigures, 'heldTokens' | 'promptTokens' | 'generatedTokens' | 'ended'>

export interface EngineMetrics {
  /** Called when a request starts to run; its tokens are read from it while it runs. */
  start(context: RequestContext): void
  /** Called when a request that ran has ended. */
  end(context: RequestContext, reason: FinishReason): void
  read(): Counted
}

export function createEngineMetrics(): EngineMetrics {
  const active = new Set<RequestContext>()
  const ended: Record<FinishReason, number> = { stop: 0, length: 0, abort: 0, error: 0 }
  let promptTokens = 0
  let endedTokens = 0

  return {
    start(context) {
      active.add(context)
      promptTokens += context.promptTokens
    },
    end(context, reason) {
      active.delete(context)
      endedTokens += context.sentTokens
      ended[reason] += 1
    },
    read() {
      let heldTokens = 0
      let generatedTokens = endedTokens
      for (const context of active) {
        heldTokens += context.promptTokens + context.sentTokens
        generatedTokens += context.sentTokens
      }
      return { heldTokens, promptTokens, generatedTokens, ended }
    },
  }
}
