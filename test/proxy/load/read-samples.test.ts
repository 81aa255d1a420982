import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readSamples } from '../../../src/proxy/load/read-samples.ts'
import { hostileText, vllmMetrics } from './arbitrary-metrics.ts'

const names = new Set(['vllm:num_requests_running', 'vllm:num_requests_waiting', 'te_queue_size'])
const valuesOf = (text: string, name: string): number[] | undefined =>
  readSamples(text, names)
    .get(name)
    ?.map(({ value }) => value)

it('reads all samples of the wanted names, whatever labels and lines stand beside them', () => {
  fc.assert(
    fc.property(vllmMetrics, ({ engines, text }) => {
      const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b)
      expect(sorted(valuesOf(text, 'vllm:num_requests_running') ?? [])).toEqual(
        sorted(engines.map(({ running }) => running)),
      )
      expect(sorted(valuesOf(text, 'vllm:num_requests_waiting') ?? [])).toEqual(
        sorted(engines.map(({ waiting }) => waiting)),
      )
    }),
  )
})

it('reads of a text that is cut what its whole lines say', () => {
  fc.assert(
    fc.property(vllmMetrics, fc.nat(), ({ text }, at) => {
      const cut = text.slice(0, at % (text.length + 1))
      expect(readSamples(cut, names)).toEqual(readSamples(cut.slice(0, cut.lastIndexOf('\n') + 1), names))
    }),
  )
})

it('reads finite numbers of wanted names or nothing of any other text', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      for (const [name, samples] of readSamples(text, names)) {
        expect(names).toContain(name)
        for (const { value } of samples) expect(value).toSatisfy(Number.isFinite)
      }
    }),
  )
})

it('keeps labels as they are written', () => {
  const line = String.raw`te_queue_size { a="1", b = "say \"} 2\"" ,c="" } 3 1395066363000` + '\n'
  const [sample] = readSamples(line, names).get('te_queue_size') ?? []
  expect(sample?.value).toBe(3)
  expect([...(sample?.labels ?? [])]).toEqual([
    ['a', '1'],
    ['b', String.raw`say \"} 2\"`],
    ['c', ''],
  ])
})

it('reads no more than 4,096 samples', () => {
  expect(valuesOf('te_queue_size 1\n'.repeat(5_000), 'te_queue_size')).toHaveLength(4_096)
})
