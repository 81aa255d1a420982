/** What is said of the prompts that an endpoint has before it. */
import { expect, it } from 'vitest'
import {
  hitWords,
  queueWords,
  speedWords,
  workFigures,
} from '../../../../public/admin/endpoint-condition/work-words.ts'

const THIN_SPACE = '\u202f'
const NOTHING = {
  cached_percent: null,
  prefilling: 0,
  expected_wait_ms: null,
  prefill_tokens_per_second: null,
}

it('says nothing where nothing is known, or nothing waits', () => {
  for (const live of [undefined, NOTHING]) {
    expect([hitWords(live?.cached_percent), queueWords(live), speedWords(live)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  }
  expect(workFigures(undefined).map(([, value]) => value)).toEqual(['–', '–', '–', '–'])
  expect(workFigures(NOTHING).map(([, value]) => value)).toEqual(['–', '0', '–', '–'])
})

it('says in few words what is known, and in full what it means', () => {
  const live = {
    cached_percent: 66.6,
    prefilling: 3,
    expected_wait_ms: 120,
    prefill_tokens_per_second: 10_937,
  }
  expect(hitWords(live.cached_percent)?.[0]).toBe(`hit 66${THIN_SPACE}%`)
  expect(hitWords(99.7)?.[0]).toBe(`hit 99${THIN_SPACE}%`)
  expect(queueWords(live)).toEqual([
    'queue 3',
    `3 without a first token; another one would wait 120${THIN_SPACE}ms`,
  ])
  expect(queueWords({ ...live, expected_wait_ms: null })?.[1]).toBe('3 without a first token')
  expect(speedWords(live)).toEqual(['reads 11K', 'reads 10,937 uncached prompt tokens a second'])
})
