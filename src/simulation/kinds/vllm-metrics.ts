// vLLM's metrics, as far as others read them.
import type { Settings } from '../settings.ts'
import { finishReasons, labelsText, metricText, type EngineFigures } from './metrics-text.ts'

/** What the key-value cache holds where no prefix cache is set. */
const KV_CACHE_TOKENS = 1_000_000

/** @see https://docs.vllm.ai/en/latest/usage/metrics.html */
export function vllmMetrics(figures: EngineFigures, settings: Settings): string {
  const { cacheBlocks, cacheBlockTokens, models } = settings
  const blocks = cacheBlocks || Math.ceil(KV_CACHE_TOKENS / cacheBlockTokens)
  const labels = { engine: 0, model_name: models[0] ?? '' }
  const metric = (name: string, type: 'gauge' | 'counter', help: string, value: number): string =>
    metricText(`vllm:${name}`, type, help, [[labelsText(labels), value]])
  const cacheLabels = { block_size: cacheBlockTokens, engine: 0, num_gpu_blocks: blocks }
  const cacheUse = Math.min(1, figures.heldTokens / (blocks * cacheBlockTokens))
  const { queriedTokens, hitTokens } = figures
  return [
    metric('num_requests_running', 'gauge', 'Requests that run.', figures.running),
    metric('num_requests_waiting', 'gauge', 'Requests that wait.', figures.waiting),
    metric('kv_cache_usage_perc', 'gauge', 'Cache in use; 1 is all.', cacheUse),
    metric(
      'prefix_cache_queries_total',
      'counter',
      'Prompt tokens looked up in the prefix cache.',
      queriedTokens,
    ),
    metric('prefix_cache_hits_total', 'counter', 'Prompt tokens found in the prefix cache.', hitTokens),
    metric('prompt_tokens_total', 'counter', 'Prompt tokens processed.', figures.promptTokens),
    metric('generation_tokens_total', 'counter', 'Tokens generated.', figures.generatedTokens),
    metricText(
      'vllm:request_success_total',
      'counter',
      'Requests that are over.',
      finishReasons.map((reason) => [
        labelsText({ ...labels, finished_reason: reason }),
        figures.ended[reason],
      ]),
    ),
    metricText('vllm:cache_config_info', 'gauge', 'Settings of the cache.', [[labelsText(cacheLabels), 1]]),
  ].join('')
}
