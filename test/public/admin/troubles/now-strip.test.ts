/** The strip over the canvas: a hung endpoint, what is done about it, and that it is gone when all is well. */
import { expect, it } from 'vitest'
import { chatOf, eventually, startApp, type RunningApp } from '../../../support/apps/running-app.ts'
import { open } from '../../../support/clients/http-client.ts'
import { onEnd } from '../../../support/lifetime.ts'
import { axeViolations } from '../../support/axe.ts'
import { createCanvasPage } from '../../support/canvas-page.ts'
import { inspectorOf } from '../../support/inspector-page.ts'
import { PHONE } from '../../support/open-page.ts'
import { openSignedIn } from '../../support/signed-in.ts'

/** Requests that wait until the test is finished. */
function keepWaiting(app: RunningApp, count: number): void {
  for (let n = 0; n < count; n += 1) {
    const waiting = open(`${app.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(chatOf({ stream: true })),
    }).on('error', () => undefined)
    onEnd(() => Promise.resolve(void waiting.destroy()))
  }
}

const enabledOf = async (app: RunningApp): Promise<boolean | undefined> =>
  (await app.admin.state()).endpoints[0]?.enabled

it('says which endpoint hangs, who waits and whom it hits; setting it aside can be undone', async () => {
  const app = await startApp({
    environment: { LB_HEDGE: 'false' },
    backends: [{ fault: { kind: 'hang' } }, {}],
    endpoints: { first_byte_timeout_seconds: 0.2 },
  })
  const [hung, well] = app.endpoints
  const page = await openSignedIn(app)
  const canvas = createCanvasPage(page)
  const now = page.getByRole('region', { name: 'Now' })
  const footer = page.getByRole('contentinfo', { name: 'Totals' })
  await canvas.card('endpoint', 'backend-2').getByText('not asked yet', { exact: true }).waitFor()
  expect(await now.count()).toBe(0)

  // With the other one wired, requests would be sent there.
  await app.admin.patchEndpoint(well?.id ?? 0, { enabled: false })
  keepWaiting(app, 4)
  const row = now.getByRole('listitem', { name: 'backend-1' })
  await row
    .getByText(/^backend-1 gives no first byte: \d waiting, oldest \d+\ss.* · for \d+\ss · hits Incoming 1$/)
    .waitFor()
  await row.getByRole('img', { name: 'bad' }).waitFor()
  await now
    .getByRole('listitem', { name: 'Incoming 1' })
    .getByText(/has no endpoint that takes all/)
    .waitFor()
  await footer.getByRole('button', { name: '2 troubles' }).waitFor()
  expect(await axeViolations(page, now)).toEqual([])

  await app.admin.patchEndpoint(well?.id ?? 0, { enabled: true })
  await row.getByRole('button', { name: 'Open: backend-1' }).click()
  await page.getByRole('complementary', { name: 'Inspector: backend-1' }).waitFor()

  await row.getByRole('button', { name: 'Set aside: backend-1' }).click()
  await eventually(async () => expect(await enabledOf(app)).toBe(false))
  await now.waitFor({ state: 'detached' })
  await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click()
  await eventually(async () => expect(await enabledOf(app)).toBe(true))

  // It ends what cannot be brought back, and asks first.
  await row.getByRole('button', { name: 'Disable and end: backend-1' }).click()
  const question = page.getByRole('alertdialog', { name: 'Disable backend-1?' })
  await question.getByRole('switch', { name: 'End the requests in flight', checked: true }).waitFor()
  await question.getByRole('button', { name: 'Disable' }).click()
  await eventually(async () => {
    const { endpoints } = await app.admin.state()
    expect(endpoints.find(({ id }) => id === hung?.id)).toMatchObject({ enabled: false, inflight: 0 })
  })

  // What began, what ended and what another session did stand behind the bell.
  await page.getByRole('button', { name: /^Notices, \d+ unread$/ }).click()
  const notices = page.getByRole('dialog', { name: 'Notices' })
  await notices
    .getByText(/^backend-1 gives no first byte/)
    .first()
    .waitFor()
  await notices.getByText('backend-1 is disabled', { exact: true }).first().waitFor()
  await notices
    .getByText(/: update endpoint backend-2$/)
    .first()
    .waitFor()
  expect(await axeViolations(page, notices)).toEqual([])
  await notices.getByRole('switch', { name: 'Number in the title' }).click()
  await eventually(async () => expect(await page.title()).toMatch(/^\(\d+\) /))
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Notices', exact: true }).waitFor()
  expect(await page.title()).not.toMatch(/^\(/)
})

/** The only endpoint cools down: two troubles. */
async function openCoolingOnPhone() {
  const app = await startApp({
    environment: { LB_FAILOVER_ATTEMPTS: '0', LB_COOLDOWN_SECONDS: '600' },
    backends: [{ fault: { kind: 'status', status: 503 } }],
  })
  for (let n = 0; n < 3; n += 1) await app.post('/v1/chat/completions', chatOf())
  const page = await openSignedIn(app, { viewport: PHONE })
  const now = page.getByRole('region', { name: 'Now' })
  return { app, page, now }
}

it('on a phone shows the worst, and the others when asked; a cooldown can be ended there', async () => {
  const { app, page, now } = await openCoolingOnPhone()
  await now.getByText(/^Incoming 1 has no endpoint/).waitFor()
  expect(await now.getByRole('listitem').count()).toBe(1)
  await now.getByRole('button', { name: '1 more' }).click()
  await now.getByText(/^backend-1 cools down: .*503.*, \d+\smin left/).waitFor()
  await now.getByRole('button', { name: 'Fold the troubles' }).click()
  await now.getByRole('button', { name: '2 troubles' }).click()
  // The footer is scrolled sideways there: what is wrong stands at its beginning.
  const footer = page.getByRole('contentinfo', { name: 'Totals' })
  const lefts = await footer.evaluate((bar) =>
    [...bar.children]
      .filter((one) => one.checkVisibility())
      .map((one) => ({ text: one.textContent, left: one.getBoundingClientRect().left }))
      .toSorted((one, other) => one.left - other.left)
      .map(({ text }) => text),
  )
  expect(lefts[0]).toBe('2 troubles')
  const indexOf = (end: string): number => lefts.findIndex((text) => text.endsWith(end))
  expect(indexOf('endpoints serving')).toBeGreaterThan(0)
  expect(indexOf('endpoints serving')).toBeLessThan(indexOf('tok/s'))
  await now.getByRole('button', { name: 'End cooldown: backend-1' }).click()
  // Above the zoom buttons rather than over the strip.
  const message = await page.getByText('Cooldown of backend-1 ended').first().boundingBox()
  expect(message?.y).toBeGreaterThan(PHONE.height / 2)
  await eventually(async () =>
    expect((await app.admin.state()).endpoints).toMatchObject([{ breaker_state: 'closed' }]),
  )
})

it('on a phone folds while a panel is open, and leaves the card of the panel free', async () => {
  const { page, now } = await openCoolingOnPhone()
  await now.getByRole('button', { name: '1 more' }).click()
  await now.getByRole('button', { name: 'Open: backend-1' }).click()
  const sheet = inspectorOf(page, 'backend-1')
  await sheet.waitFor()
  await now.getByRole('button', { name: '2 troubles' }).waitFor()
  const card = createCanvasPage(page).card('endpoint', 'backend-1')
  await eventually(async () => {
    const [chip, own, panel] = await Promise.all([now, card, sheet].map((one) => one.boundingBox()))
    expect(own?.y).toBeGreaterThan((chip?.y ?? Infinity) + (chip?.height ?? 0))
    expect((own?.y ?? Infinity) + (own?.height ?? 0)).toBeLessThan(panel?.y ?? 0)
  })
  await now.getByRole('button', { name: '2 troubles' }).click()
  await now.getByRole('listitem').first().waitFor()
})

it('does not call an endpoint well whose cooldown was ended and which has served nothing since', async () => {
  const app = await startApp({
    environment: { LB_FAILOVER_ATTEMPTS: '0', LB_COOLDOWN_SECONDS: '600', LB_FAIL_THRESHOLD: '1' },
    backends: [{ fault: { kind: 'status', status: 503 } }],
  })
  await app.post('/v1/chat/completions', chatOf())
  const page = await openSignedIn(app)
  const row = page.getByRole('region', { name: 'Now' }).getByRole('listitem', { name: 'backend-1' })
  await row.getByRole('button', { name: 'End cooldown: backend-1' }).click()
  // Whether its one failure still counts as many depends on how long the balancer has run.
  const unproven =
    /^backend-1 (takes requests again; none has succeeded yet|has no new failures; no request has succeeded since)$/
  await row.getByText(unproven).waitFor()
  await row.getByRole('img', { name: 'over' }).waitFor()
  await page.getByRole('button', { name: /^Notices, \d+ unread$/ }).click()
  const notices = page.getByRole('dialog', { name: 'Notices' })
  await notices.getByText(unproven).waitFor()
  expect(await notices.getByText(/backend-1 is well again/).count()).toBe(0)
})
