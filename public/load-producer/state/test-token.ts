/** The test token of the operator's session: the key of the cards that have none and whose target is the balancer of the page. */
import * as z from 'zod/mini'
import type { Scenario } from '../../../src/load-engine/model/scenario.ts'
import { isServedByBalancer } from './card.ts'

const SESSION = '/admin/api/session'
/** Well below the lifetime that the balancer gives it. */
const RENEW_AFTER_MS = 20 * 60_000

const sessionAnswer = z.looseObject({ csrf_token: z.string() })
const tokenAnswer = z.looseObject({ token: z.nullable(z.string()) })

type Target = Pick<Scenario, 'url' | 'key'>

export interface TestToken {
  /** Whether requests to the target carry the test token. */
  covers(target: Target): boolean
  /** @returns the key with which to call the target: its own, or the test token; empty where none is needed or to be had. */
  keyFor(target: Target): Promise<string>
  /** Asks for it anew at the next use: a balancer that was started anew has removed it. */
  forget(): void
}

async function ask(): Promise<string> {
  const session = await fetch(SESSION)
  const { csrf_token: csrf } = z.parse(sessionAnswer, await session.json())
  const response = await fetch(`${SESSION}/test-token`, { method: 'POST', headers: { 'x-csrf-token': csrf } })
  if (!response.ok) throw new Error(`status ${response.status}`)
  return z.parse(tokenAnswer, await response.json()).token ?? ''
}

export function createTestToken(nowMs: () => number = () => performance.now()): TestToken {
  let taken: { readonly value: Promise<string>; readonly atMs: number } | undefined
  const covers = ({ url, key }: Target): boolean =>
    key === '' && isServedByBalancer() && URL.parse(url)?.host === location.host
  return {
    covers,
    async keyFor(target) {
      if (!covers(target)) return target.key
      if (taken === undefined || nowMs() - taken.atMs > RENEW_AFTER_MS)
        taken = { value: ask(), atMs: nowMs() }
      try {
        return await taken.value
      } catch {
        // The balancer then refuses the requests, and says what they lack.
        taken = undefined
        return ''
      }
    },
    forget: () => void (taken = undefined),
  }
}
