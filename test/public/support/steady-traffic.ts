/** Requests at a steady pace, whatever becomes of them, until the test is over. */
import { onTestFinished } from 'vitest'
import { chatOf, type RunningApp } from '../../support/apps/running-app.ts'

/** @param tokens - client tokens, asked for in turn. */
export function sendSteadily(
  app: Pick<RunningApp, 'post'>,
  tokens: readonly string[],
  perSecond: number,
): void {
  let count = 0
  const timer = setInterval(() => {
    count += 1
    const asked = { messages: [{ role: 'user', content: `Hello ${count}` }] }
    const headers = { authorization: `Bearer ${tokens[count % tokens.length]}` }
    app.post('/v1/chat/completions', chatOf(asked), headers).catch(() => undefined)
  }, 1000 / perSecond)
  onTestFinished(() => clearInterval(timer))
}
