import { describe, expect, it, vi } from 'vitest'
import { createDrafts } from '../../../../../public/admin/state/drafts/draft-store.ts'

const node = { kind: 'endpoint', id: 1 } as const

describe('the etag that a draft begins with', () => {
  vi.stubGlobal('window', { addEventListener: () => undefined })
  const drafts = createDrafts()

  it('is that of the own change where the page still shows an older version', () => {
    expect(drafts.baseEtag(node, 'a')).toBe('a')
    drafts.noteEtag(node, 'a', 'b')
    expect(drafts.baseEtag(node, 'a')).toBe('b')
    drafts.noteEtag(node, 'b', 'c')
    expect(drafts.baseEtag(node, 'a')).toBe('c')
    expect(drafts.baseEtag(node, 'b')).toBe('c')
    expect(drafts.baseEtag({ kind: 'block', id: 1 }, 'a')).toBe('a')
  })

  it('is that of a change that leads back, and what the page shows once it shows the change or a later one', () => {
    drafts.noteEtag(node, 'c', 'a')
    expect(drafts.baseEtag(node, 'b')).toBe('a')
    expect(drafts.baseEtag(node, 'a')).toBe('a')
    drafts.noteEtag(node, 'a', 'd')
    expect(drafts.baseEtag(node, 'changed by others')).toBe('changed by others')
    expect(drafts.baseEtag(node, 'a')).toBe('a')
  })
})
