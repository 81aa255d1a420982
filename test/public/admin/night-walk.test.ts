/** What an operator does when something breaks, on every screen: nothing may be cut or lie over a button. */
import { expect, it } from 'vitest'
import { chatOf, eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { open } from '../../support/clients/http-client.ts'
import { onEnd } from '../../support/lifetime.ts'
import { createCanvasPage } from '../support/canvas-page.ts'
import { inspectorOf, openPalette } from '../support/inspector-page.ts'
import { expectWhole, walkLooks } from '../support/looks/walk-looks.ts'
import { PHONE } from '../support/open-page.ts'
import { openSignedIn } from '../support/signed-in.ts'

function keepWaiting(app: RunningApp, count: number): void {
  for (let n = 0; n < count; n += 1) {
    const waiting = open(`${app.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(chatOf({ stream: true })),
    }).on('error', () => undefined)
    onEnd(() => void waiting.destroy())
  }
}

it.each(walkLooks)(
  'sees what hangs, sets it aside, and reads what failed, at $viewport.width in $colorScheme',
  async (look) => {
    const app = await startApp({
      environment: { LB_HEDGE: 'false', LB_FAILOVER_ATTEMPTS: '0', LB_COOLDOWN_SECONDS: '600' },
      backends: [{ fault: { kind: 'hang' } }, { fault: { kind: 'status', status: 503 } }],
      endpoints: { first_byte_timeout_seconds: 0.2 },
    })
    const [hung, failing] = app.endpoints.map(({ id }) => id)
    await app.admin.patchEndpoint(hung ?? 0, { enabled: false })
    for (let n = 0; n < 4; n += 1) await app.post('/v1/chat/completions', chatOf())
    await app.admin.patchEndpoint(hung ?? 0, { enabled: true })
    keepWaiting(app, 4)

    const isPhone = look.viewport === PHONE
    const page = await openSignedIn(app, look)
    const canvas = createCanvasPage(page)
    const now = page.getByRole('region', { name: 'Now' })
    const row = (name: string) => now.getByRole('listitem', { name })
    // A phone shows the worst alone.
    const showAll = async () => isPhone && (await now.getByRole('button', { name: /^\d+ more$/ }).click())
    await showAll()
    await row('backend-1')
      .getByText(/gives no first byte/)
      .waitFor()
    await row('backend-2')
      .getByText(/cools down: .*503/)
      .waitFor()
    if (!isPhone) await inspectorOf(page, 'Gateway').waitFor()
    await expectWhole(page, 'with the troubles')

    await row('backend-2').getByRole('button', { name: 'Open: backend-2' }).click()
    const failed = inspectorOf(page, 'backend-2').getByRole('link', { name: /^Failures: \d/ })
    await failed.waitFor()
    await expectWhole(page, 'with the panel of an endpoint')
    await failed.click()
    const requests = page.getByRole('table', { name: 'Requests' })
    await requests.getByText('failure 503').first().waitFor()
    expect(new URL(page.url()).hash).toBe(`#/requests?endpoint=${failing}&outcome=failure`)
    await expectWhole(page, 'the failed requests')
    await requests.getByRole('button', { name: 'Why?' }).first().click()
    await page.getByRole('dialog', { name: /^Why / }).waitFor()
    await expectWhole(page, 'why it went there')
    await page.keyboard.press('Escape')

    // The footer leads back to the troubles from every view.
    await page
      .getByRole('contentinfo', { name: 'Totals' })
      .getByRole('button', { name: /troubles$/ })
      .click()
    if (isPhone) await page.getByRole('button', { name: 'Close the inspector' }).click()
    await showAll()
    await row('backend-1').getByRole('button', { name: 'Set aside: backend-1' }).click()
    await eventually(async () => expect((await app.admin.state()).endpoints[0]?.enabled).toBe(false))
    await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).waitFor()
    await expectWhole(page, 'with the message that offers an undo')

    await canvas.card('endpoint', 'backend-2').click({ button: 'right' })
    const menu = page.getByRole('menu', { name: 'What can be done with backend-2' })
    await menu.getByRole('menuitem', { name: /^End cooldown/ }).click()
    await eventually(async () => expect((await app.admin.state()).endpoints[1]?.breaker_state).toBe('closed'))

    const palette = await openPalette(page)
    await palette.getByRole('combobox').fill('enable backend-1')
    await palette.getByRole('option', { name: 'Enable backend-1' }).waitFor()
    await expectWhole(page, 'with the palette')
    await palette.getByRole('option', { name: 'Enable backend-1' }).click()
    await eventually(async () => expect((await app.admin.state()).endpoints[0]?.enabled).toBe(true))

    await page
      .getByRole('banner')
      .getByRole('button', { name: /^Notices/ })
      .click()
    const notices = page.getByRole('dialog', { name: 'Notices' })
    await notices
      .getByRole('button', { name: /^backend-1/ })
      .first()
      .click()
    await notices.waitFor({ state: 'hidden' })
    await inspectorOf(page, 'backend-1').waitFor()
    await expectWhole(page, 'after a notice has led to its endpoint')
  },
)
