import { describe, expect, it } from 'vitest'
import { chatOf } from '../../support/apps/running-app.ts'
import { refuseWith, startScriptedApp } from '../../support/apps/scripted-app.ts'
import type { Script } from '../../conformance/scripted-upstream.ts'
import { jsonResponse } from '../../conformance/responses.ts'

const CHAT = '/v1/chat/completions'
const COMPLETION = '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}'
const respond: Script = async ({ write }) => void (await write(jsonResponse(COMPLETION)))
const interim =
  (text: string): Script =>
  async (exchange) => {
    await exchange.write(text)
    await respond(exchange)
  }

describe('a redirect of an endpoint', () => {
  it.each([301, 302, 307, 308, 304])(
    'with status %i is a failure, and another endpoint takes over',
    async (status) => {
      const { app, upstreams } = await startScriptedApp({
        scripts: [refuseWith(status, 'Location: /v1/elsewhere\r\n'), respond],
      })
      const served = await app.post(CHAT, chatOf())
      expect([served.status, served.headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
      expect(upstreams[0]?.exchanges).toHaveLength(1)
    },
  )

  it('is a 502 where no other endpoint is left, and does not end its row of failures', async () => {
    const { app, upstream } = await startScriptedApp({
      scripts: [refuseWith(302, 'Location: http://127.0.0.1:1/\r\n')],
      environment: { LB_FAIL_THRESHOLD: '1000' },
    })
    for (let failures = 1; failures <= 3; failures += 1) {
      const answer = await app.post(CHAT, chatOf({ user: String(failures) }))
      expect(answer.status).toBe(502)
      expect(answer.json()).toMatchObject({ code: 'LB_ERR_UPSTREAM_BROKEN' })
      expect(answer.headers).not.toHaveProperty('location')
    }
    const endpoint = (await app.admin.state()).endpoints.find(({ name }) => name === 'backend-1')
    expect(endpoint).toMatchObject({ consecutive_failures: 3, inflight: 0, last_error: 'status 302' })
    expect(upstream.exchanges).toHaveLength(3)
  })
})

describe('interim responses of an endpoint', () => {
  it.each([
    ['100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['103 Early Hints', 'HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n'],
    ['several', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
  ])('such as %s are passed over', async (_name, text) => {
    const { app } = await startScriptedApp({ scripts: [interim(text)] })
    for (let repeat = 0; repeat < 2; repeat += 1) {
      const answer = await app.post(CHAT, chatOf())
      expect([answer.status, answer.text]).toEqual([200, COMPLETION])
    }
  })

  it('without end do not prolong its timeout', async () => {
    const endless: Script = async ({ write }) => {
      while (await write('HTTP/1.1 102 Processing\r\n\r\n'))
        await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const { app } = await startScriptedApp({
      scripts: [endless],
      endpoints: [{ timeout_seconds: 1 }],
      environment: { LB_FAILOVER_ATTEMPTS: '0', LB_TOTAL_TIMEOUT_SECONDS: '40' },
    })
    const answer = await app.post(CHAT, chatOf())
    expect([answer.status, answer.json()]).toMatchObject([504, { code: 'LB_ERR_UPSTREAM_TIMEOUT' }])
    expect(answer.text).toContain('the endpoint did not answer in time')
  })
})

it('a stream whose content type stands twice is a stream, so that its early end is a failure', async () => {
  const cut: Script = async ({ write, end }) => {
    await write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Type: text/event-stream\r\n')
    await write('Connection: close\r\n\r\ndata: {"choices":[{"delta":{"content":"a"}}]}\n\n')
    end()
  }
  const { app } = await startScriptedApp({ scripts: [cut] })
  const answer = await app.post(CHAT, chatOf({ stream: true }))
  expect(answer.text).toContain('"error"')
  expect(answer.text).not.toContain('[DONE]')
  expect(answer.headers['content-type']).toBe('text/event-stream')
})
