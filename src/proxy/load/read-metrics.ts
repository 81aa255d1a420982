// Reads a backend's load from its metrics, whose names tell which engine it is.
import type { LoadFigures } from './load-figures.ts'
import { meanRatio, sum } from './load-figures.ts'
import { readSamples, type Sample } from './read-samples.ts'

/** The names of the series of one engine; where versions differ, the first that is there counts. */
interface EngineSeries {
  readonly running: readonly string[]
  /** By it the engine is known. */
  readonly waiting: readonly string[]
  readonly cacheUse?: readonly string[]
  readonly cacheTokens?: readonly string[]
  /** Its labels say how many blocks of how many tokens the cache has. */
  readonly cacheConfig?: readonly string[]
  readonly hitRate?: readonly string[]
  readonly queried?: readonly string[]
  readonly found?: readonly string[]
}

const engines = {
  vllm: {
    running: ['vllm:num_requests_running'],
    waiting: ['vllm:num_requests_waiting'],
    cacheUse: ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'],
    cacheConfig: ['vllm:cache_config_info'],
    hitRate: ['vllm:gpu_prefix_cache_hit_rate'],
    queried: ['vllm:prefix_cache_queries_total', 'vllm:gpu_prefix_cache_queries_total'],
    found: ['vllm:prefix_cache_hits_total', 'vllm:gpu_prefix_cache_hits_total'],
  },
  sglang: {
    running: ['sglang:num_running_reqs'],
    waiting: ['sglang:num_queue_reqs'],
    cacheUse: ['sglang:token_usage'],
    cacheTokens: ['sglang:max_total_num_tokens'],
    hitRate: ['sglang:cache_hit_rate'],
  },
  llamacpp: {
    running: ['llamacpp:requests_processing'],
    waiting: ['llamacpp:requests_deferred'],
    cacheUse: ['llamacpp:kv_cache_usage_ratio'],
  },
  // It tells of its queue alone.
  tei: { running: [], waiting: ['te_queue_size'] },
} as const satisfies Readonly<Record<string, EngineSeries>>

export type Engine = keyof typeof engines

const engineNames = Object.keys(engines) as readonly Engine[]
const seriesNames: ReadonlySet<string> = new Set(
  Object.values(engines).flatMap((series) => Object.values<readonly string[]>(series).flat()),
)

type Samples = readonly Sample[]

/** SGLang's samples of one priority are parts of the sample without one. */
const isWhole = ({ labels }: Sample): boolean => !labels.get('priority')

/** vLLM writes "None" for what it has not reckoned yet. */
const labelNumber = ({ labels }: Sample, name: string): number => {
  const value = Number(labels.get(name) ?? Number.NaN)
  return Number.isFinite(value) ? value : 0
}

const configuredTokens = (sample: Sample): number =>
  labelNumber(sample, 'kv_cache_size_tokens') ||
  labelNumber(sample, 'block_size') * labelNumber(sample, 'num_gpu_blocks')

const valuesOf = (samples: Samples): number[] => samples.map(({ value }) => value)

function figuresOf(series: EngineSeries, read: ReadonlyMap<string, Samples>): LoadFigures {
  const samplesOf = (names: readonly string[] = []): Samples =>
    names.map((name) => (read.get(name) ?? []).filter(isWhole)).find((samples) => samples.length > 0) ?? []
  const [running, waiting, queried, found] = [
    series.running,
    series.waiting,
    series.queried,
    series.found,
  ].map((names) => valuesOf(samplesOf(names)))
  const cacheTokens =
    sum(valuesOf(samplesOf(series.cacheTokens))) || sum(samplesOf(series.cacheConfig).map(configuredTokens))
  return {
    running: sum(running ?? []),
    waiting: sum(waiting ?? []),
    cacheUse: meanRatio(valuesOf(samplesOf(series.cacheUse))),
    cacheTokens: cacheTokens || undefined,
    hitRate: meanRatio(valuesOf(samplesOf(series.hitRate))),
    prefix: queried?.length && found?.length ? { queried: sum(queried), found: sum(found) } : undefined,
  }
}

/**
 * @param wanted - the engine that it is known to be, or `auto` for any.
 * @returns undefined where the text is not of such an engine.
 */
export function readMetrics(
  text: string,
  wanted: Engine | 'auto',
): { readonly engine: Engine; readonly figures: LoadFigures } | undefined {
  const read = readSamples(text, seriesNames)
  const engine = (wanted === 'auto' ? engineNames : [wanted]).find((name) =>
    engines[name].waiting.some((series) => read.has(series)),
  )
  return engine && { engine, figures: figuresOf(engines[engine], read) }
}
