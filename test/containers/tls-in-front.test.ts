// Runs nginx with the README's configuration for TLS termination before the balancer.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, fetch, type RequestInit } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { CHUNKED_STREAM, DONE, LAST_CHUNK, chunk, delta } from '../conformance/responses.ts'
import { blocksOf } from '../support/readme.ts'
import { ADMIN_TOKEN, chatOf } from '../support/apps/running-app.ts'
import { startScriptedApp } from '../support/apps/scripted-app.ts'
import { canSignCertificates, signCertificate } from '../support/upstreams/self-signed-upstream.ts'
import { freePort, launchNginx, nginx, nginxFolder } from './running-nginx.ts'

/** Accepts the self-signed certificate. */
function trustingAgent(): Agent {
  const agent = new Agent({ connect: { rejectUnauthorized: false } })
  onTestFinished(() => agent.destroy())
  return agent
}

/** What differs on the machine of the tests; each must be there to be replaced. */
function placed(text: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((all, [from, to]) => {
    expect(all).toContain(from)
    return all.replace(from, to)
  }, text)
}

/** @returns the origin by https. */
async function startTls(balancerPort: number): Promise<string> {
  const [shown = '', ...others] = blocksOf('nginx')
  expect(others).toEqual([])
  const folder = nginxFolder()
  const port = await freePort()
  const { key, cert } = signCertificate()
  const server = placed(shown, {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    '/etc/ssl/llm.example.com.pem': cert,
    '/etc/ssl/llm.example.com.key': key,
    '127.0.0.1:8090': `127.0.0.1:${balancerPort}`,
  })
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/tmp/${name};`,
  )
  const path = join(folder, 'nginx.conf')
  writeFileSync(
    path,
    `worker_processes 1; pid ${folder}/tmp/nginx.pid; events {} http { access_log off; ${paths.join(' ')} ${server} }`,
  )
  await launchNginx(folder, path, port)
  return `https://127.0.0.1:${port}`
}

describe.skipIf(nginx === '' || !canSignCertificates)('TLS in front, as the README has it', () => {
  it('keeps cookies secure, passes the socket, and does not buffer a stream', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const { app } = await startScriptedApp({
      scripts: [
        async ({ write }) => {
          await write(CHUNKED_STREAM + chunk(delta('one')).toString())
          await held
          await write(Buffer.concat([chunk(delta('two')), chunk(DONE), Buffer.from(LAST_CHUNK)]))
        },
      ],
    })
    const origin = await startTls(app.port)
    const dispatcher = trustingAgent()
    const post = (path: string, body: object, more: RequestInit = {}) =>
      fetch(origin + path, { method: 'POST', dispatcher, body: JSON.stringify(body), ...more })

    const signedIn = await post('/admin/api/session', { token: ADMIN_TOKEN })
    const [cookie = ''] = signedIn.headers.getSetCookie()
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Secure$/)

    const headers = { cookie: cookie.split(';', 1)[0] ?? '' }
    const socket = new WebSocket(`${origin.replace('https', 'wss')}/ws`, {
      rejectUnauthorized: false,
      origin,
      headers,
    })
    onTestFinished(() => socket.terminate())
    await once(socket, 'open')

    const stream = await post('/v1/chat/completions', chatOf({ stream: true }))
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    // The rest has not been sent yet.
    expect((await reader?.read())?.value).toContain('one')
    release()
    let rest = ''
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      rest += part.value
    expect(rest).toMatch(/two[^]*data: \[DONE\]\n\n$/)
  })
})
