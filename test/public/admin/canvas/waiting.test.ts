/** Clients that wait long for a first byte, or have given up, are shown on the card of their endpoint and in the footer. */
import { expect, it } from 'vitest'
import { chatOf, startApp } from '../../../support/apps/running-app.ts'
import { open } from '../../../support/clients/http-client.ts'
import { createCanvasPage } from '../../support/canvas-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'

it('shows the oldest wait, requests that arrive and clients that have given up', async () => {
  const app = await startApp({
    backends: [{ fault: { kind: 'hang' } }],
    endpoints: { first_byte_timeout_seconds: 0.2 },
  })
  const page = await openSignedIn(app)
  const card = createCanvasPage(page).card('endpoint', 'backend-1')
  const footer = page.getByRole('contentinfo', { name: 'Totals' })
  await card.getByText('first token', { exact: true }).waitFor()
  await footer.getByText(/arriving\/s$/).waitFor()
  await card.getByTitle(/^[\d.]+ req\/s arrive, [\d.]+ req\/s end$/).waitFor()
  expect(await footer.getByText(/oldest wait$/).count()).toBe(0)

  const waiting = open(`${app.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(chatOf({ stream: true })),
  })
  await card.getByText('oldest wait', { exact: true }).waitFor()
  await footer.getByText(/oldest wait$/).waitFor()

  waiting.destroy()
  await card.getByText('1 gave up', { exact: true }).waitFor()
  await footer.getByText('1 gave up', { exact: true }).waitFor()
})
