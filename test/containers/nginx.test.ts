// Runs nginx with its container's configuration before the bridge and the balancer.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from '../../src/app/http/static-files.ts'
import type { BridgeCommand } from '../../src/contract/bridge.ts'
import {
  CHUNKED_STREAM,
  DONE,
  LAST_CHUNK,
  chunk,
  delta,
  serveWell,
  wholeReply,
} from '../conformance/responses.ts'
import { callFromPage } from '../public/support/call-from-page.ts'
import { openPage } from '../public/support/open-page.ts'
import { button, card, choose, editCard, footerFigure, run } from '../public/support/producer-page.ts'
import { projectFolder } from '../support/daemon-process.ts'
import { send } from '../support/clients/http-client.ts'
import { chatOf, eventually, startListingApp } from '../support/apps/running-app.ts'
import { connectPage, refusalOf, startBridge } from '../support/apps/running-bridge.ts'
import { startScriptedApp } from '../support/apps/scripted-app.ts'
import { temporaryFolder } from '../store/temporary-store.ts'
import { freePort, nginx, startNginx } from './running-nginx.ts'
import { isFull } from '../support/effort.ts'

/** From the page's server to a backend that follows the script. */
async function startAll(script: Parameters<typeof startScriptedApp>[0]['scripts'][number] = () => undefined) {
  const { app, upstream } = await startScriptedApp({ scripts: [script] })
  const bridge = await startBridge({
    environment: { WS_BALANCER: `127.0.0.1:${app.port}`, WS_DATA_PATH: join(temporaryFolder(), 'profiles') },
  })
  return { url: await startNginx(bridge.url), app, upstream, bridge }
}

describe('where nginx should be', () => {
  it.runIf(isFull)('it is', () => {
    expect(nginx, 'install it: apt-get install nginx').not.toBe('')
  })
})

describe.skipIf(nginx === '')('nginx (which must be on the path)', () => {
  it('serves the built page, compressed and kept as it may be, under its policy', async () => {
    const { url } = await startAll()
    const page = await send(`${url}/`)
    expect(page.status).toBe(200)
    expect(page.headers).toMatchObject({
      'content-type': 'text/html',
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'cache-control': 'no-cache',
    })
    expect(page.headers['server']).toBe('nginx')
    const assets = readdirSync(join(projectFolder, 'dist/public/load-producer/assets'))
    const script = assets.find((name) => name.endsWith('.js') && page.text.includes(name)) ?? ''
    expect(script).not.toBe('')
    const packed = await send(`${url}/assets/${script}`, { headers: { 'accept-encoding': 'gzip' } })
    const plain = await send(`${url}/assets/${script}`)
    expect([packed.headers['content-encoding'], plain.headers['content-encoding']]).toEqual([
      'gzip',
      undefined,
    ])
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true)
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const missing = await send(`${url}/nothing`)
    expect([missing.status, missing.headers['x-content-type-options']]).toEqual([404, 'nosniff'])
    expect((await send(`${url}/assets/`)).status).toBe(403)
  })

  it('passes a page’s socket to the bridge and its calls to the balancer, and each chunk as it comes', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const { url } = await startAll(async ({ write }) => {
      await write(CHUNKED_STREAM + chunk(delta('one')).toString())
      await held
      await write(Buffer.concat([chunk(delta('two')), chunk(DONE), Buffer.from(LAST_CHUNK)]))
    })
    const page = await connectPage(url)
    // As the page has it by default; the bridge knows what is meant.
    page.send({
      id: 1,
      url: 'http://localhost:8090/chat/completions',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: chatOf({ stream: true }),
      stream: true,
    })
    const start = await page.next(1, 'stream_start')
    expect(start).toMatchObject({ status: 200, headers: { 'x-lb-endpoint': 'backend-1' } })
    await page.next(1, 'stream_chunk')
    expect(page.textOf(1)).toContain('one')
    expect(page.eventsOf(1).some(({ type }) => type === 'stream_end')).toBe(false)
    release()
    await page.next(1, 'stream_end')
    expect(page.textOf(1)).toMatch(/two[^]*data: \[DONE\]\n\n$/)
  })

  it('lets the page itself open the socket under its policy, in a real browser', async () => {
    const { url } = await startAll(serveWell)
    const page = await openPage(`${url}/`)
    const command: BridgeCommand = {
      id: 1,
      url: 'http://localhost:8090/v1/chat/completions',
      method: 'POST',
      body: chatOf(),
    }
    expect(await callFromPage(page, command)).toMatchObject({
      type: 'response',
      status: 200,
      body: wholeReply,
    })
  })

  it('carries a run of the page, with its target as it is by default', async () => {
    const app = await startListingApp()
    const bridge = await startBridge({ environment: { WS_BALANCER: `127.0.0.1:${app.port}` } })
    const page = await openPage(`${await startNginx(bridge.url)}/`)
    await run(page, 'first run', '100 of 100')
    expect(app.backend.served().routes['/v1/chat/completions']).toMatchObject({ finished: 100 })
    expect(await footerFigure(page, 'failed').textContent()).toBe('0')
  })

  it('shares a profile between browsers, until one of them deletes it', async () => {
    const { url, bridge } = await startAll(serveWell)
    const mine = await openPage(`${url}/`)
    await editCard(mine, 'first run', 'Target', { Name: 'night soak', Key: 'sk-not-for-others' })
    await choose(mine, 'Profile', 'Save as profile')
    await mine.getByLabel('Name', { exact: true }).fill('Nightly, 50 %')
    await button(mine, 'Save').click()
    await mine.getByText('Profile Nightly, 50 % saved').first().waitFor()
    const kept = await send(`${url}/data/Nightly-50.json`)
    expect(kept.json()).toMatchObject({ name: 'Nightly, 50 %', cards: [{ name: 'night soak' }] })
    expect(kept.text).not.toContain('sk-not-for-others')

    const theirs = await openPage(`${url}/`)
    await choose(theirs, 'Profile', 'Profiles and configurations')
    await button(theirs, 'Open Nightly, 50 %').click()
    await card(theirs, 'night soak').waitFor()
    await choose(theirs, 'Profile', 'Profiles and configurations')
    await button(theirs, 'Delete Nightly, 50 %').click()
    await theirs.getByText('No profiles', { exact: true }).waitFor()
    const names = async () =>
      ((await send(`${url}/data/`)).json() as { name: string }[]).map(({ name }) => name)
    await eventually(async () => expect(await names()).toEqual([]))
    await theirs.getByRole('region', { name: 'Messages' }).getByText('Undo').first().click()
    await eventually(async () => expect(await names()).toEqual(['Nightly-50.json']))
    expect(bridge.logText()).not.toContain('sk-not-for-others')
  })

  it('lets pages of other hosts connect no more than the bridge does', async () => {
    const { url } = await startAll()
    expect(await refusalOf(url, { headers: { origin: 'http://evil.example' } })).toBe(403)
    await connectPage(url, {
      origin: 'http://producer.lan:8088',
      client: { headers: { host: 'producer.lan:8088' } },
    })
  })

  it('ends the calls of a closed page, upstream included', async () => {
    const { url, upstream } = await startAll(async ({ write }) => void (await write(CHUNKED_STREAM)))
    const page = await connectPage(url)
    page.send({
      id: 1,
      url: 'http://localhost:8090/v1/chat/completions',
      method: 'POST',
      body: chatOf({ stream: true }),
      stream: true,
    })
    const { closed } = await upstream.exchange(0)
    page.socket.terminate()
    await closed
  })

  it('keeps profiles below /data, by their names and sizes', async () => {
    const { url } = await startAll()
    const put = (name: string, body: string) => send(`${url}/data/${name}`, { method: 'PUT', body })
    expect((await put('soak-1.json', '{"cards":[]}')).json()).toEqual({ ok: true })
    const list = await send(`${url}/data/`)
    expect(list.json()).toMatchObject([{ name: 'soak-1.json', bytes: 12 }])
    const read = await send(`${url}/data/soak-1.json`)
    expect([read.text, read.headers['cache-control'], read.headers['x-content-type-options']]).toEqual([
      '{"cards":[]}',
      'no-store',
      'nosniff',
    ])
    expect((await put('no.txt', '{}')).status).toBe(404)
    expect((await put('..%2fa.json', '{}')).status).toBe(404)
    expect((await put(`${'x'.repeat(65)}.json`, '{}')).status).toBe(404)
    expect((await put('a.json', 'no JSON')).status).toBe(422)
    expect((await put('a.json', JSON.stringify('x'.repeat(1024 * 1024)))).status).toBe(413)
    expect((await put('a.json', JSON.stringify('x'.repeat(1024 * 1024 - 2)))).status).toBe(200)
    expect((await send(`${url}/data/a.json`, { method: 'POST', body: '{}' })).status).toBe(403)
    expect((await send(`${url}/data/soak-1.json`, { method: 'DELETE' })).status).toBe(200)
  })

  it('accepts no body over 10 MiB, on any path', async () => {
    const url = await startNginx(`http://127.0.0.1:${await freePort()}`)
    const post = (mebibytes: number) =>
      send(`${url}/index.html`, { method: 'POST', body: Buffer.alloc(mebibytes * 1024 * 1024) })
    expect([(await post(10)).status, (await post(11)).status]).toEqual([405, 413])
  })

  it('responds with 502 while there is no bridge, and keeps serving the page', async () => {
    const url = await startNginx(`http://127.0.0.1:${await freePort()}`)
    expect((await send(`${url}/data/`)).status).toBe(502)
    expect((await send(`${url}/`)).status).toBe(200)
  })
})
