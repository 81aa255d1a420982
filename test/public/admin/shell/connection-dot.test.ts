import { expect, it } from 'vitest'
import { eventually, startApp } from '../../../support/apps/running-app.ts'
import { openInterruptibleProxy } from '../../support/interruptible-proxy.ts'
import { newPage, openContext } from '../../support/open-page.ts'
import { openSignedIn, signIn } from '../../support/signed-in.ts'
import { isFull } from '../../../support/effort.ts'

it.runIf(isFull)(
  'shows the age of stale figures while the server is down, and is live again without a reload',
  async () => {
    const app = await startApp()
    const proxy = await openInterruptibleProxy(app.port)
    const page = await openSignedIn(proxy, {
      expectedErrors: /Failed to load resource|net::ERR|Unable to preload|Failed to fetch dynamically/,
    })
    await page.getByRole('status', { name: 'Live' }).waitFor()
    await page.getByRole('complementary', { name: /inspector/i }).waitFor()
    await proxy.disconnect()
    await page.getByText(/Stale since/).waitFor()
    // A restart of the server does not sign the operator out.
    expect(await page.getByLabel('Admin token').count()).toBe(0)
    await app.admin.block('Meanwhile')
    await proxy.reconnect()
    // That of the header: the strip has one too.
    await page.getByRole('button', { name: 'Retry', exact: true }).click()
    await page.getByRole('status', { name: 'Live' }).waitFor()
    await page.getByRole('group', { name: 'Incoming block Meanwhile', exact: true }).waitFor()

    await proxy.disconnect()
    await page.getByText(/Stale since/).waitFor()
    await proxy.reconnect()
    await page.getByRole('status', { name: 'Live' }).waitFor()
  },
)

it('marks its figures as stale when the connection is silent, and reconnects without a reload', async () => {
  const app = await startApp()
  const proxy = await openInterruptibleProxy(app.port)
  const page = await openSignedIn(proxy, {
    expectedErrors: /Failed to load resource|net::ERR|Failed to fetch dynamically/,
  })
  await page.getByRole('status', { name: 'Live' }).waitFor()
  proxy.freeze()
  await page.getByText(/^Stale since/).waitFor()
  await page
    .getByRole('listitem', { name: 'Live data' })
    .getByText(/has stopped/)
    .waitFor()
  // Old figures say how old they are.
  await page
    .getByRole('contentinfo', { name: 'Totals' })
    .getByText(/^\d+\ss old$/)
    .waitFor()
  for (const card of [/^Incoming block/, /^Endpoint/])
    await page
      .getByRole('group', { name: card })
      .first()
      .getByText(/^\d+\ss old$/)
      .waitFor()
  const viewport = page.viewportSize()
  await page.setViewportSize({ width: 390, height: 844 })
  const add = await page.getByRole('button', { name: 'Add', exact: true }).boundingBox()
  expect(add && add.x + add.width).toBeLessThanOrEqual(390)
  if (viewport) await page.setViewportSize(viewport)
  await app.admin.block('Meanwhile')
  // The browser first reuses other dead connections of its pool.
  await page
    .getByRole('group', { name: 'Incoming block Meanwhile', exact: true })
    .waitFor({ timeout: 50_000 })
  await page.getByRole('status', { name: 'Live' }).waitFor()
  await page.getByRole('region', { name: 'Now' }).waitFor({ state: 'detached' })
})

it('shows a change of another tab', async () => {
  const app = await startApp()
  const context = await openContext(app.url)
  const [first, second] = [await newPage(context), await context.newPage()]
  await first.goto(`${app.url}/admin`)
  await signIn(first)
  await second.goto(`${app.url}/admin`)
  await first.getByRole('button', { name: 'Priority', exact: true }).click()
  const pressed = second.getByRole('button', { name: 'Priority', exact: true, pressed: true })
  await pressed.waitFor()
  expect((await app.admin.state()).routing_mode).toBe('priority')
})

it('shows totals that are equal to the state', async () => {
  const app = await startApp({ backends: [{}, {}] })
  const page = await openSignedIn(app)
  const totals = page.getByRole('contentinfo', { name: 'Totals' })
  await totals.getByText('2 of 2').waitFor()
  await app.admin.patchEndpoint(app.endpoint.id, { enabled: false })
  await totals.getByText('1 of 2').waitFor()
  await totals.getByRole('img', { name: 'warning' }).waitFor()
  await app.admin.patchEndpoint(app.endpoints[1]?.id ?? 0, { enabled: false })
  await totals.getByText('0 of 2').waitFor()
  await totals.getByRole('img', { name: 'bad' }).waitFor()
  await eventually(async () =>
    expect(await totals.innerText()).toMatch(/endpoint.update (just now|\d+ s ago)/),
  )
})
