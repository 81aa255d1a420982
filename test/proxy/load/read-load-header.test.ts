import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readLoadHeader } from '../../../src/proxy/load/read-load-header.ts'

const figures = { running: undefined, waiting: 3, cacheUse: 0.25 }

it.each([
  ['as text', 'TEXT named_metrics.kv_cache_usage_perc=0.25, named_metrics.num_requests_waiting=3.0'],
  [
    'as text without a space',
    'TEXT named_metrics.num_requests_waiting=3,named_metrics.kv_cache_usage_perc=0.25',
  ],
  [
    'as JSON',
    'JSON {"cpu_utilization": 0.5, "named_metrics": {"kv_cache_usage_perc": 0.25, "num_requests_waiting": 3.0}}',
  ],
])('reads the load in the header of a response, %s', (_how, header) => {
  expect(readLoadHeader(header)).toEqual(figures)
})

it('takes a negative number for none', () => {
  expect(readLoadHeader('TEXT named_metrics.num_requests_waiting=-2')).toEqual({
    running: undefined,
    waiting: 0,
    cacheUse: undefined,
  })
})

it.each([
  '',
  'TEXT',
  'TEXT cpu_utilization=0.3',
  'JSON',
  'JSON null',
  'JSON {"named_metrics": null}',
  'BIN CZqZ',
])('reads nothing of %j', (header) => expect(readLoadHeader(header)).toBeUndefined())

it('reads figures that are finite and not negative, or nothing', () => {
  const header = fc
    .tuple(
      fc.constantFrom('TEXT ', 'JSON ', 'JSON {"named_metrics":', ''),
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.double().map((value) => `named_metrics.kv_cache_usage_perc=${value}`),
      ),
      fc.constantFrom('', '}', ','),
    )
    .map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(header, (text) => {
      for (const value of Object.values(readLoadHeader(text) ?? {}))
        if (value !== undefined) expect(value >= 0 && Number.isFinite(value)).toBe(true)
    }),
  )
})
