// The engine's counters and gauges under vLLM's names, in Prometheus' text format.
import type { RequestContext } from './request-context.ts'

/** What the simulated key-value cache holds. */
const KV_CACHE_TOKENS = 1_000_000

const finishReasons = ['stop', 'length', 'abort', 'error'] as const
type FinishReason = (typeof finishReasons)[number]

export interface EngineMetrics {
  /** Called when a request starts to run; its tokens are read from it while it runs. */
  start(exchange: RequestContext): void
  /** Called when a request that ran has ended. */
  end(exchange: RequestContext, reason: FinishReason): void
  /** @see https://docs.vllm.ai/en/latest/usage/metrics.html */
  render(model: string, running: number, waiting: number): string
}

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

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
    render(model, running, waiting) {
      let held = 0
      let sent = 0
      for (const context of active) {
        held += context.promptTokens + context.sentTokens
        sent += context.sentTokens
      }
      const labels = `engine="0",model_name="${escapeLabel(model)}"`
      const metric = (name: string, type: string, help: string, value: number): string =>
        `# HELP vllm:${name} ${help}\n# TYPE vllm:${name} ${type}\nvllm:${name}{${labels}} ${value}\n`
      const successes = finishReasons.map(
        (reason) => `vllm:request_success_total{${labels},finished_reason="${reason}"} ${ended[reason]}\n`,
      )
      return [
        metric('num_requests_running', 'gauge', 'Requests that run.', running),
        metric('num_requests_waiting', 'gauge', 'Requests that wait.', waiting),
        metric(
          'kv_cache_usage_perc',
          'gauge',
          'Cache in use; 1 is all.',
          Math.min(1, held / KV_CACHE_TOKENS),
        ),
        metric('prompt_tokens_total', 'counter', 'Prompt tokens processed.', promptTokens),
        metric('generation_tokens_total', 'counter', 'Tokens generated.', endedTokens + sent),
        '# HELP vllm:request_success_total Requests that are over.\n',
        '# TYPE vllm:request_success_total counter\n',
        ...successes,
      ].join('')
    },
  }
}
