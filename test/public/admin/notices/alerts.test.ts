/** How the page calls for an operator: only as chosen, and the browser is asked for its permission by the choice alone. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, startApp } from '../../../support/apps/running-app.ts'
import { newPage, openContext } from '../../support/open-page.ts'
import { signIn } from '../../support/signed-in.ts'

interface Called {
  asked: number
  notified: string[]
  tones: number
}

/** What is noted on the page, and what the browser will say to a request for its permission. */
interface Noting {
  called: Called
  answer: 'granted' | 'denied'
}

/** A browser without a screen shows no notification and has no speaker: it is noted what the page asks it for. */
function noteCalls(): void {
  const noting = window as unknown as Noting
  noting.called = { asked: 0, notified: [], tones: 0 }
  noting.answer = 'denied'
  let permission = 'default'
  window.Notification = new Proxy(window.Notification, {
    get(shown, name) {
      if (name === 'permission') return permission
      if (name !== 'requestPermission') return Reflect.get(shown, name) as unknown
      return () => {
        noting.called.asked += 1
        permission = noting.answer
        return Promise.resolve(permission)
      }
    },
    construct(_shown, [, { body }]: [string, { body: string }]) {
      noting.called.notified.push(body)
      return new EventTarget()
    },
  })
  window.AudioContext = new Proxy(window.AudioContext, {
    construct(made, given) {
      noting.called.tones += 1
      return Reflect.construct(made, given) as object
    },
  })
  // Another page is in front.
  document.hasFocus = () => false
}

const calledOn = (page: Page) => page.evaluate(() => (window as unknown as Noting).called)

it('is silent unless it was chosen, asks for permission by the choice alone, and then calls once a trouble', async () => {
  const app = await startApp({ backends: [{}, {}] })
  // Options of its own: the page is not shared with other tests, since what is noted stays in it.
  const page = await newPage(await openContext(app.url, { permissions: ['notifications'] }))
  await page.addInitScript(noteCalls)
  await page.goto(`${app.url}/admin`)
  await signIn(page)
  const bell = page.getByRole('button', { name: /^Notices/ })
  const trouble = async (isOn: boolean): Promise<void> => {
    for (const { id } of app.endpoints) await app.admin.patchEndpoint(id, { enabled: !isOn })
    const now = page.getByRole('region', { name: 'Now' }).getByText(/has no endpoint that takes all/)
    if (isOn) await now.waitFor()
    else await page.getByRole('region', { name: 'Now' }).waitFor({ state: 'detached' })
  }
  const unread = page.getByRole('button', { name: /^Notices, \d+ unread$/ })

  await page.getByText('not asked yet').first().waitFor()
  await trouble(true)
  await unread.waitFor()
  expect(await calledOn(page)).toEqual({ asked: 0, notified: [], tones: 0 })
  expect(await page.title()).not.toMatch(/^\(/)
  await trouble(false)

  await bell.click()
  const choices = page.getByRole('dialog', { name: 'Notices' })
  const notification = choices.getByRole('switch', { name: 'Browser notification' })
  await notification.click()
  await choices.getByText('The browser does not allow notifications of this page.').waitFor()
  expect(await notification.getAttribute('aria-checked')).toBe('false')
  await page.evaluate(() => void ((window as unknown as Noting).answer = 'granted'))
  await notification.click()
  await eventually(async () => expect(await notification.getAttribute('aria-checked')).toBe('true'))
  await choices.getByRole('switch', { name: 'Sound' }).click()
  await choices.getByRole('switch', { name: 'Number in the title' }).click()
  await page.keyboard.press('Escape')
  await choices.waitFor({ state: 'hidden' })

  await trouble(true)
  await eventually(async () => {
    const { asked, notified, tones } = await calledOn(page)
    expect([asked, tones]).toEqual([2, 1])
    expect(notified).toEqual([expect.stringMatching(/^Incoming 1 has no endpoint that takes all/)])
    expect(await page.title()).toMatch(/^\(\d+\) /)
  })
  // The choice is the browser's, and outlives the page; the permission is not asked for again.
  await page.reload()
  await page.getByRole('region', { name: 'Now' }).waitFor()
  await bell.click()
  for (const name of ['Sound', 'Number in the title', 'Browser notification'])
    await page.getByRole('switch', { name, checked: true }).waitFor()
  expect(await calledOn(page)).toEqual({ asked: 0, notified: [], tones: 0 })
})
