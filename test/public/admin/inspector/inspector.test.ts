/** Changes in the inspector and the dialogs, and the resulting configuration on the server. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { startUpstream } from '../../../support/upstreams/http-upstream.ts'
import {
  chatOf,
  eventually,
  startApp,
  type RunningApp,
  startListingApp,
} from '../../../support/apps/running-app.ts'
import { inspectorOf, openPalette, reveal } from '../../support/inspector-page.ts'
import { newPage, openContext } from '../../support/open-page.ts'
import { openSignedIn, signIn } from '../../support/signed-in.ts'

const run = promisify(execFile)

const endpointOf = async (app: RunningApp, id: number) =>
  (await app.admin.state()).endpoints.find((one) => one.id === id)
const quotaOf = async (app: RunningApp, id: number) => (await endpointOf(app, id))?.token_quota_percent

describe('the inspector of an endpoint', () => {
  it('saves the typed fields, and undo restores the previous ones on the server', async () => {
    const app = await startApp()
    const page = await openSignedIn(app)
    const inspector = await reveal(page, 'backend-1')
    await inspector.getByLabel('Token quota').fill('42')
    await inspector.getByLabel('Key sent as').selectOption('both of them')
    await inspector.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved backend-1').waitFor()
    const saved = { token_quota_percent: 42, auth_style: 'both' }
    expect(await endpointOf(app, app.endpoint.id)).toMatchObject(saved)
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    const before = { token_quota_percent: 0, auth_style: 'bearer' }
    await eventually(async () => expect(await endpointOf(app, app.endpoint.id)).toMatchObject(before))
  })

  it("shows the server's validation messages without sending a request", async () => {
    const app = await startApp()
    const page = await openSignedIn(app)
    const inspector = await reveal(page, 'backend-1')
    await inspector.getByLabel('Base URL').fill('ftp://nowhere')
    await inspector.getByText('takes an http or https URL with a host').waitFor()
    expect(await inspector.getByRole('button', { name: 'Save' }).getAttribute('data-disabled')).not.toBeNull()
    await inspector.getByRole('button', { name: 'Discard' }).click()
    await eventually(async () =>
      expect(await inspector.getByLabel('Base URL').inputValue()).toBe(app.backend.baseUrl),
    )
  })

  it('shows both versions after a conflicting change, and keeps the chosen one', async () => {
    const app = await startApp()
    const page = await openSignedIn(app, { expectedErrors: /status of 412/ })
    const inspector = await reveal(page, 'backend-1')
    await inspector.getByLabel('Token quota').fill('10')
    await app.admin.patchEndpoint(app.endpoint.id, { token_quota_percent: 77 })
    await inspector.getByRole('button', { name: 'Save' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Changed by someone else meanwhile' })
    const row = dialog.getByRole('row', { name: /Token quota/ })
    await row.waitFor()
    expect(await row.getByRole('cell').allTextContents()).toEqual(['0', '10', '77'])
    await dialog.getByRole('button', { name: 'Keep mine' }).click()
    await eventually(async () => expect(await quotaOf(app, app.endpoint.id)).toBe(10))
  })

  it('tests the endpoint, and explains what to check when the test fails', async () => {
    const app = await startApp()
    const refusing = await startUpstream((_request, response) => void response.writeHead(401).end())
    const silent = await startUpstream(() => undefined)
    const talking = await startUpstream((_request, response) => void response.end('<html>It works!</html>'))
    const page = await openSignedIn(app)
    for (const [name, baseUrl, title, words] of [
      ['alive', app.backend.baseUrl, 'Answered in', 'sim-model'],
      [
        'dead',
        'http://127.0.0.1:9/v1',
        'No answer',
        'Check the host, the port and whether the backend runs.',
      ],
      [
        'refusing',
        refusing.baseUrl,
        'Answered with status 401',
        'The endpoint does not accept the API key: it wants one, and none is set. Check the upstream key.',
      ],
      [
        'silent',
        silent.baseUrl,
        'No answer',
        'The endpoint did not answer in time. Check the host, the port and whether the backend runs.',
      ],
      [
        'talking',
        talking.baseUrl,
        'Answered with status 200',
        'The endpoint answered with something else than a list of models. The backend is there, but does not list its models.',
      ],
      [
        'misplaced',
        `${app.backend.baseUrl}/nowhere`,
        'Answered with status 404',
        'Check the base URL: it mostly ends in /v1.',
      ],
    ] as const) {
      await app.admin.endpoint(name, baseUrl, { timeout_seconds: 1 })
      const inspector = await reveal(page, name)
      await inspector.getByRole('button', { name: 'Test' }).click()
      const result = inspector.getByRole('status').filter({ hasText: title })
      await result.getByText(words).waitFor()
    }
  })
})

describe('the dialogs', () => {
  it('create an endpoint, named after its host, wired and usable at once', async () => {
    const app = await startApp()
    await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
    const page = await openSignedIn(app)
    const palette = await openPalette(page)
    await palette.getByRole('option', { name: 'Add an endpoint' }).click()
    const dialog = page.getByRole('dialog', { name: 'New endpoint' })
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog.getByText('takes 1 to 120 letters').waitFor()
    await dialog.getByLabel('Base URL').fill(app.backend.baseUrl)
    await dialog.getByRole('button', { name: 'Test' }).click()
    await dialog.getByText('Answered in').waitFor()
    await dialog.getByRole('button', { name: 'Create' }).click()
    const name = new URL(app.backend.baseUrl).host.replace(':', '-')
    await inspectorOf(page, name).waitFor()
    expect((await app.post('/v1/chat/completions', chatOf())).status).toBe(200)
  })

  it('show a new token once, with curl and openai examples that work as pasted', async () => {
    const app = await startListingApp()
    const page = await openSignedIn(app)
    const palette = await openPalette(page)
    await palette.getByRole('option', { name: 'Add a client token' }).click()
    await page.getByLabel('Name').fill('chat-frontend')
    await page.getByRole('button', { name: 'Create' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Client token chat-frontend' })
    await dialog.getByText('"model":"sim-model"').waitFor()
    const curl = await dialog.getByLabel('Example for curl').innerText()
    const [, token = 'no token'] = /Bearer ([^']+)'/.exec(curl) ?? []
    const { stdout: answer } = await run('sh', ['-c', `${curl} --silent --fail`])
    expect(JSON.parse(answer)).toMatchObject({ object: 'chat.completion' })
    await dialog.getByRole('button', { name: 'JavaScript' }).click()
    const script = await dialog.getByLabel('Example for javascript').innerText()
    const { stdout: words } = await run(process.execPath, ['--input-type=module', '--eval', script])
    expect(words.trim()).not.toBe('')
    await dialog.getByRole('button', { name: 'Python' }).click()
    expect(await dialog.getByLabel('Example for python').innerText()).toContain(token)
    await eventually(async () => {
      const [served] = (await app.admin.state()).client_tokens
      expect(served).toMatchObject({ name: 'chat-frontend', total_requests: 2 })
    })

    expect((await app.post('/v1/chat/completions', chatOf())).status).toBe(401)
    await page.keyboard.press('Escape')
    await dialog.getByRole('button', { name: 'I have copied it' }).click()
    await inspectorOf(page, 'chat-frontend').waitFor()
    expect(await page.content()).not.toContain(token)
  })

  it('list the effects of a deletion, and undo reverts all of them', async () => {
    const app = await startApp()
    const token = await app.admin.token('reader', { preferred_endpoint_id: app.endpoint.id })
    await app.admin.patchEndpoint(app.endpoint.id, { api_key: 'sk-of-the-backend' })
    const headers = { authorization: `Bearer ${token.token}` }
    await app.post('/v1/chat/completions', chatOf(), headers)
    const before = await app.admin.state()
    const page = await openSignedIn(app)
    const inspector = await reveal(page, 'backend-1')
    await inspector.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Delete backend-1?' })
    await dialog.getByText('1 wire to backend-1 will go').waitFor()
    await dialog.getByText('reader will no longer prefer backend-1').waitFor()
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Deleted backend-1').waitFor()
    expect((await app.admin.state()).endpoints).toEqual([])
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await eventually(async () => {
      const [endpoint] = (await app.admin.state()).endpoints
      expect(endpoint).toMatchObject({ id: app.endpoint.id, has_api_key: true, total_requests: 1 })
    })
    expect((await app.admin.state()).wires).toEqual(before.wires)
    expect((await app.post('/v1/chat/completions', chatOf(), headers)).status).toBe(200)
  })
})

it('markup in a name is shown as text everywhere', async () => {
  const app = await startApp()
  const name = '<img src=x onerror=alert(1)>'
  await app.admin.token(name)
  const page = await openSignedIn(app)
  await reveal(page, name)
  expect(await page.locator('img').count()).toBe(0)
})

it('the end of a session keeps the draft', async () => {
  const app = await startApp()
  const context = await openContext(app.url, { expectedErrors: /status of 401/ })
  const page = await newPage(context)
  await page.goto(`${app.url}/admin`)
  await signIn(page)
  const inspector = await reveal(page, 'backend-1')
  await inspector.getByLabel('Token quota').fill('61')
  await context.clearCookies()
  // A call that the page makes on its own may find out first, after which the page is inert.
  await inspector.getByRole('button', { name: 'Save' }).dispatchEvent('click')
  await page.getByText('Your session has ended').waitFor()
  await signIn(page)
  expect(await inspector.getByLabel('Token quota').inputValue()).toBe('61')
  await inspector.getByRole('button', { name: 'Save' }).click()
  await eventually(async () => expect(await quotaOf(app, app.endpoint.id)).toBe(61))
})
