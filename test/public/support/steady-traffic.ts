/** Sends requests at a constant rate until the test is finished; responses are ignored. */
import { onTestFinished } from 'vitest'
import { chatOf, type RunningApp } from '../../support/apps/running-app.ts'

/** @param tokens - client tokens, used in turn. */
export function sendSteadily(
  app: Pick<RunningApp, 'post'>,
  tokens: readonly string[],
  perSecond: number,
): void {
  let count = 0
  const timer = setInterval(() => {
    count += 1
    const body = { messages: [{ role: 'user', content: `Hello ${count}` }] }
    const headers = { authorization: `Bearer ${tokens[count % tokens.length]}` }
    app.post('/v1/chat/completions', chatOf(body), headers).catch(() => undefined)
  }, 1000 / perSecond)
  onTestFinished(() => clearInterval(timer))
}
