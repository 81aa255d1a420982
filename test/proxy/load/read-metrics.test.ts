import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMetrics } from '../../../src/proxy/load/read-metrics.ts'
import { readSglangLoads } from '../../../src/proxy/load/read-sglang-loads.ts'
import { hostileText, vllmMetrics } from './arbitrary-metrics.ts'

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('')

const vllm = lines(
  'vllm:num_requests_running{engine="0",model_name="m"} 3.0',
  'vllm:num_requests_running{engine="1",model_name="m"} 4.0',
  'vllm:num_requests_waiting{engine="0",model_name="m"} 0.0',
  'vllm:num_requests_waiting{engine="1",model_name="m"} 2.0',
  'vllm:num_requests_waiting_by_reason{engine="1",model_name="m",reason="capacity"} 2.0',
  'vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25',
  'vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.75',
  'vllm:prefix_cache_queries_total{engine="0",model_name="m"} 1000.0',
  'vllm:prefix_cache_queries_total{engine="1",model_name="m"} 500.0',
  'vllm:prefix_cache_hits_total{engine="0",model_name="m"} 600.0',
  'vllm:prefix_cache_hits_total{engine="1",model_name="m"} 0.0',
  'vllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="1000",num_cpu_blocks="None"} 1.0',
  'vllm:cache_config_info{block_size="16",engine="1",num_gpu_blocks="500",num_cpu_blocks="None"} 1.0',
)

describe('the load in metrics', () => {
  it('of vLLM is that of all its engines', () => {
    expect(readMetrics(vllm, 'auto')).toEqual({
      engine: 'vllm',
      figures: {
        running: 7,
        waiting: 2,
        cacheUse: 0.5,
        cacheTokens: 24_000,
        hitRate: undefined,
        prefix: { queried: 1500, found: 600 },
      },
    })
  })

  it('of vLLM is the sum over any number of engines', () => {
    fc.assert(
      fc.property(vllmMetrics, ({ engines, text }) => {
        const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
        expect(readMetrics(text, 'auto')?.figures).toMatchObject({
          running: total(engines.map(({ running }) => running)),
          waiting: total(engines.map(({ waiting }) => waiting)),
        })
      }),
    )
  })

  it('of an older vLLM is read by its older names', () => {
    const text = lines(
      'vllm:num_requests_running{model_name="m"} 1',
      'vllm:num_requests_waiting{model_name="m"} 0',
      'vllm:gpu_cache_usage_perc{model_name="m"} 0.4',
      'vllm:gpu_prefix_cache_queries_total{model_name="m"} 20',
      'vllm:gpu_prefix_cache_hits_total{model_name="m"} 5',
      'vllm:cache_config_info{block_size="16",num_gpu_blocks="None"} 1',
    )
    expect(readMetrics(text, 'auto')?.figures).toEqual({
      running: 1,
      waiting: 0,
      cacheUse: 0.4,
      cacheTokens: undefined,
      hitRate: undefined,
      prefix: { queried: 20, found: 5 },
    })
  })

  it('of SGLang leaves out what is a part of another sample', () => {
    const text = lines(
      'sglang:num_running_reqs{dp_rank="0",priority=""} 3',
      'sglang:num_running_reqs{dp_rank="1",priority=""} 5',
      'sglang:num_running_reqs{dp_rank="0",priority="0"} 3',
      'sglang:num_queue_reqs{dp_rank="0",priority=""} 1',
      'sglang:num_queue_reqs{dp_rank="1",priority=""} 2',
      'sglang:token_usage{dp_rank="0"} 0.4',
      'sglang:token_usage{dp_rank="1"} 0.6',
      'sglang:cache_hit_rate{dp_rank="0"} 0.9',
      'sglang:max_total_num_tokens{dp_rank="0"} 40000',
    )
    expect(readMetrics(text, 'auto')).toEqual({
      engine: 'sglang',
      figures: {
        running: 8,
        waiting: 3,
        cacheUse: 0.5,
        cacheTokens: 40_000,
        hitRate: 0.9,
        prefix: undefined,
      },
    })
  })

  it.each([
    ['llamacpp', lines('llamacpp:requests_processing 2', 'llamacpp:requests_deferred 5'), 2, 5],
    ['tei', lines('te_request_count{method="batch"} 9', 'te_queue_size 4'), 0, 4],
  ])('of %s is what it tells', (engine, text, running, waiting) => {
    expect(readMetrics(text, 'auto')).toEqual({
      engine,
      figures: {
        running,
        waiting,
        cacheUse: undefined,
        cacheTokens: undefined,
        hitRate: undefined,
        prefix: undefined,
      },
    })
  })

  it('is never below zero, and a part is never more than all', () => {
    const text = lines(
      'vllm:num_requests_running{engine="0"} -3',
      'vllm:num_requests_running{engine="1"} 2',
      'vllm:num_requests_waiting -1',
      'vllm:kv_cache_usage_perc 1.5',
      'vllm:gpu_prefix_cache_hit_rate -1',
      'vllm:cache_config_info{block_size="-16",num_gpu_blocks="10"} 1',
    )
    expect(readMetrics(text, 'vllm')?.figures).toEqual({
      running: 2,
      waiting: 0,
      cacheUse: 1,
      cacheTokens: undefined,
      hitRate: 0,
      prefix: undefined,
    })
  })

  it('is not known where the engine is another one, or none', () => {
    expect(readMetrics(vllm, 'sglang')).toBeUndefined()
    expect(readMetrics('vllm:num_requests_waiting_by_reason 1\n', 'auto')).toBeUndefined()
    expect(readMetrics('<!doctype html>\n<title>Metrics</title>\n', 'auto')).toBeUndefined()
  })

  it('is finite and not negative, whatever the text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const figures = readMetrics(text, 'auto')?.figures
        for (const value of Object.values(figures ?? {}))
          if (typeof value === 'number') expect(value >= 0 && Number.isFinite(value)).toBe(true)
      }),
    )
  })
})

describe('the loads that SGLang tells in JSON', () => {
  it('are summed over its ranks', () => {
    const body = JSON.stringify({
      timestamp: '2026-01-01T00:00:00Z',
      loads: [
        { dp_rank: 0, num_running_reqs: 2, num_waiting_reqs: 1, token_usage: 0.5, cache_hit_rate: 0.25 },
        { dp_rank: 1, num_running_reqs: 3, num_waiting_reqs: -1, token_usage: 0.1, cache_hit_rate: null },
      ],
    })
    expect(readSglangLoads(body)).toEqual({
      running: 5,
      waiting: 1,
      cacheUse: 0.3,
      cacheTokens: undefined,
      hitRate: 0.25,
      prefix: undefined,
    })
  })

  it.each([
    '',
    'null',
    '{"loads":[]}',
    '{"loads":[{"num_running_reqs":"1","num_waiting_reqs":0}]}',
    '<html>',
  ])('are not known of %j', (body) => expect(readSglangLoads(body)).toBeUndefined())
})
