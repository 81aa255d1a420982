/** What cards and panels say of the load that a backend tells. */
import { expect, it } from 'vitest'
import { loadFigures, loadWords } from '../../../../public/admin/endpoint-condition/load-words.ts'

const busy = { running: 12, waiting: 3, cache_use: 0.414, hit_rate: 0.625 }

it('the words about the load of a backend name what it tells', () => {
  expect(loadWords(busy)).toBe('12 running · 3 waiting · cache 41\u202f%')
  expect(loadWords({ ...busy, running: 0, cache_use: null })).toBe('0 running · 3 waiting')
  expect(loadWords(null)).toBe('')
  expect(loadWords(undefined)).toBe('')
})

it('the figures of the load of a backend are there where it tells any', () => {
  expect(loadFigures(busy).map(([, figure]) => figure)).toEqual(['12', '3', '41.4\u202f%', '62.5\u202f%'])
  expect(loadFigures({ ...busy, cache_use: null, hit_rate: 0 }).map(([, figure]) => figure)).toEqual([
    '12',
    '3',
    '–',
    '0\u202f%',
  ])
  expect(loadFigures(null)).toEqual([])
})
