// The card of an endpoint that fails its health check, in a real browser.
import { expect, it } from 'vitest'
import type { FaultInput } from '../../../../src/simulation/faults/fault.ts'
import { startApp } from '../../../support/apps/running-app.ts'
import { openSignedIn } from '../../support/signed-in.ts'

it.each<[string, FaultInput]>([
  ['refused the connection', { kind: 'refuse' }],
  ['answered with status 404', { kind: 'status', status: 404, pathPrefix: '/health' }],
  ['sent something that is not HTTP', { kind: 'malformed', form: 'bytes', pathPrefix: '/health' }],
])('says on its card, whole, that its endpoint %s', async (kind, fault) => {
  const app = await startApp({
    backends: [{ fault }],
    endpoints: { health_check_path: '/health', health_check_interval_seconds: 1 },
  })
  const page = await openSignedIn(app)
  const words = page.getByRole('group', { name: /^Endpoint backend-1/ }).getByText(`unhealthy · ${kind}`)
  await words.waitFor()
  const isWhole = await words.evaluate(
    ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
      scrollWidth <= clientWidth && scrollHeight <= clientHeight,
  )
  expect(isWhole).toBe(true)
})
