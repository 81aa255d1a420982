/** The edits of two operators of one object are merged by field. */
import { expect, it } from 'vitest'
import { mergeEdits } from '../../../../../public/admin/state/drafts/merge-edits.ts'

const base = { name: 'a', quota: 10, models: ['x'], inflight: 3, etag: '1' }
const settings = ['name', 'quota', 'models', 'api_key']
const merged = (mine: object, theirs: object) =>
  mergeEdits(base, mine as Record<string, unknown>, { ...base, etag: '2', ...theirs }, settings)

it('fields that one operator alone has changed are no conflict', () => {
  expect(merged({ quota: 20 }, { name: 'b', inflight: 9 })).toEqual({ conflicting: [], theirsOnly: ['name'] })
  expect(merged({ quota: 20 }, {})).toEqual({ conflicting: [], theirsOnly: [] })
})

it('a field that both have changed is a conflict, unless they agree', () => {
  expect(merged({ quota: 20, name: 'b' }, { quota: 30, models: [] })).toEqual({
    conflicting: ['quota'],
    theirsOnly: ['models'],
  })
  expect(merged({ models: ['y'] }, { models: ['y'] }).conflicting).toEqual([])
  expect(merged({ models: ['y'] }, { models: ['z'] }).conflicting).toEqual(['models'])
})

it('a key, which no page is shown, is written over', () => {
  expect(merged({ api_key: 'new' }, { quota: 5 })).toEqual({ conflicting: [], theirsOnly: ['quota'] })
})
