/** Keyboard navigation of a tree by the WAI-ARIA practices. */
import { describe, expect, it } from 'vitest'
import { createTreeKeys, type TreeEntry } from '../../../../public/admin/outline/tree-keys.ts'

const endpoints: TreeEntry = { key: 'endpoint', name: 'Endpoints', parent: undefined, open: true }
const tokens: TreeEntry = { key: 'token', name: 'Client tokens', parent: undefined, open: false }
const alpha: TreeEntry = { key: 'endpoint-1', name: 'alpha', parent: 'endpoint' }
const alpine: TreeEntry = { key: 'endpoint-2', name: 'Alpine', parent: 'endpoint' }
const beta: TreeEntry = { key: 'endpoint-3', name: 'beta', parent: 'endpoint' }
const tree = [endpoints, alpha, alpine, beta, tokens]

const press = (key: string, { key: current }: TreeEntry) =>
  createTreeKeys().press({ key, timeStamp: 0 }, tree, current)
const go = ({ key }: TreeEntry) => ({ kind: 'go', to: key })

describe('keys in the outline', () => {
  it('move up and down through the visible entries, and stop at the ends', () => {
    expect(press('ArrowDown', endpoints)).toEqual(go(alpha))
    expect(press('ArrowDown', beta)).toEqual(go(tokens))
    expect(press('ArrowDown', tokens)).toEqual(go(tokens))
    expect(press('ArrowUp', alpha)).toEqual(go(endpoints))
    expect(press('ArrowUp', endpoints)).toEqual(go(endpoints))
    expect(press('Home', beta)).toEqual(go(endpoints))
    expect(press('End', alpha)).toEqual(go(tokens))
  })

  it('move in and out, and open and close sections', () => {
    expect(press('ArrowRight', tokens)).toEqual({ kind: 'toggle', key: 'token' })
    expect(press('ArrowRight', endpoints)).toEqual(go(alpha))
    expect(press('ArrowRight', alpha)).toEqual(go(alpha))
    expect(press('ArrowLeft', beta)).toEqual(go(endpoints))
    expect(press('ArrowLeft', endpoints)).toEqual({ kind: 'toggle', key: 'endpoint' })
    expect(press('ArrowLeft', tokens)).toEqual(go(tokens))
  })

  it('choose an entry that is not a section', () => {
    expect(press('Enter', beta)).toEqual({ kind: 'choose', key: 'endpoint-3' })
    expect(press(' ', tokens)).toEqual({ kind: 'toggle', key: 'token' })
  })

  it('find by the first letters, and by a repeated letter', () => {
    const keys = createTreeKeys()
    const type = (key: string, timeStamp: number, { key: current }: TreeEntry) =>
      keys.press({ key, timeStamp }, tree, current)
    expect(type('b', 0, endpoints)).toEqual(go(beta))
    expect(type('a', 5000, beta)).toEqual(go(alpha))
    expect(type('A', 5100, alpha)).toEqual(go(alpine))
    expect(type('a', 9000, alpine)).toEqual(go(alpha))
    expect(type('l', 9100, alpha)).toEqual(go(alpha))
    expect(type('p', 9200, alpha)).toEqual(go(alpha))
    expect(type('i', 9300, alpha)).toEqual(go(alpine))
  })

  it('ignore all other keys', () => {
    for (const key of ['/', '?', 'Escape', 'Tab', 'F5']) expect(press(key, alpha)).toBeUndefined()
  })
})
