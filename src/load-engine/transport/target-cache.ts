/** Remembers for a short time where the URLs of calls lead, so that a call need not wait for it. */
import { callError } from './call-error.ts'
import type { Target } from './target.ts'

/** As long as the target policy remembers a name's addresses. */
const TTL_MS = 5_000
/** A card calls one URL, and one more for its models. */
const MAX_URLS = 500

/** @throws a CallError `bad_request`. */
export function parseCallUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw callError('bad_request', 'the URL is not one of http or https')
  if (url.username !== '' || url.password !== '')
    throw callError('bad_request', 'the URL carries credentials, which belong in a header')
  return url
}

export interface TargetCache {
  /** @returns the target as it was found last; undefined where that is too long ago. */
  known(url: string): Target | undefined
  /** Calls that ask at the same time share one question. */
  find(url: string): Promise<Target>
}

export function createTargetCache(
  resolveTarget: (url: URL) => Promise<Target>,
  nowMs: () => number,
): TargetCache {
  const found = new Map<string, { readonly target: Target; readonly atMs: number }>()
  const asked = new Map<string, Promise<Target>>()
  const ask = async (url: string): Promise<Target> => {
    try {
      const target = await resolveTarget(parseCallUrl(url))
      if (found.size >= MAX_URLS) found.clear()
      found.set(url, { target, atMs: nowMs() })
      return target
    } finally {
      asked.delete(url)
    }
  }
  return {
    known(url) {
      const last = found.get(url)
      return last && nowMs() - last.atMs < TTL_MS ? last.target : undefined
    },
    find(url) {
      const pending = asked.get(url)
      if (pending) return pending
      const question = ask(url)
      asked.set(url, question)
      return question
    },
  }
}
