/** Finds named objects in what is typed, fuzzily. */
import type { StateView } from '../../../src/contract/gateway.ts'
import { namedNodes } from '../state/named-objects.ts'
import type { NodeRef } from '../state/node-ref.ts'

const SEPARATOR = /[\s._-]/

/**
 * @returns how well a name fits: 0 where it lacks a letter of the text in its order; more for letters in a row, at the
 * beginning of a word, and for a name with little else.
 */
export function fuzzyFit(name: string, text: string): number {
  const [whole, sought] = [name.toLowerCase(), text.toLowerCase().replace(/\s+/g, '')]
  if (sought === '') return 0
  let at = -1
  let fit = 0
  for (const letter of sought) {
    const next = whole.indexOf(letter, at + 1)
    if (next < 0) return 0
    const startsWord = next === 0 || SEPARATOR.test(whole[next - 1] ?? '')
    fit += next === at + 1 ? 3 : startsWord ? 2 : 0.3
    at = next
  }
  const parts = fit / (3 * sought.length)
  return parts * (0.6 + (0.4 * sought.length) / whole.length)
}

/** Names that fit worse are not meant. */
const LEAST_FIT = 0.3

const MAX_WORDS = 6

interface Found extends NodeRef {
  readonly name: string
  readonly fit: number
}

/** @returns the objects whose names fit a text, or one of its words, best first. */
export function findObjects(state: StateView, text: string, most: number): readonly Found[] {
  const words = text.trim().split(/\s+/).slice(0, MAX_WORDS)
  // Names may have spaces: each run of words is tried.
  const runs = words.flatMap((_, start) =>
    words.slice(start).map((_word, length) => words.slice(start, start + length + 1).join(' ')),
  )
  const tried = runs.filter((run) => run.length > 1 || words.length === 1)
  return namedNodes(state)
    .map((node) => ({
      ...node,
      fit: Math.max(0, ...tried.map((run) => fuzzyFit(node.name, run) * (0.8 + 0.02 * run.length))),
    }))
    .filter(({ fit }) => fit >= LEAST_FIT)
    .sort(
      (left, right) => right.fit - left.fit || left.name.localeCompare(right.name, 'en', { numeric: true }),
    )
    .slice(0, most)
}

/** @example `wire team-a to vllm-2` has two parts that are joined by `to`; `undefined` where nothing joins them. */
export function splitJoined(
  text: string,
): { readonly from: string; readonly to: string; readonly by: 'to' | 'like' } | undefined {
  const [, from, by, to] = /^(.*\S)\s+(to|from|like|->|→)\s+(\S.*)$/i.exec(text) ?? []
  if (from === undefined || to === undefined) return undefined
  return { from, to, by: by?.toLowerCase() === 'like' ? 'like' : 'to' }
}
