import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { apis } from '../../../src/proxy/apis/apis.ts'
import { chat } from '../../../src/proxy/apis/chat.ts'
import { requestDigest } from '../../../src/proxy/response/response-from-cache.ts'
import { endpointConfig } from '../../support/gateway/gateway-fixture.ts'
import { createScriptedForwards } from '../../support/gateway/scripted-forwards.ts'

const EVENTS = { 'content-type': 'text/event-stream' }

describe('the adapters of the forwarded calls', () => {
  it('have routes of their own, each of which ends in the path at the upstream', () => {
    const urls = apis.flatMap((api) => api.urls)
    expect(new Set(urls).size).toBe(urls.length)
    for (const api of apis) for (const url of api.urls) expect(url.endsWith(api.path)).toBe(true)
  })

  it('keep requests of the same body apart in the cache', () => {
    const digests = apis.map((api) => requestDigest(api, api.readRequest(Buffer.from('{}')), 1))
    expect(new Set(digests).size).toBe(apis.length)
  })

  it.each(apis)(
    'of $name take a stream without its end for incomplete only where all servers send one',
    (api) => {
      const reader = api.createResponseReader({ status: 200, headers: EVENTS, hideUsage: false })
      reader.push(Buffer.from('data: {}\n\n'))
      reader.end()
      expect(reader.isCut()).toBe(api.name === 'chat' || api.name === 'completions')
    },
  )

  it.each(apis)('of $name report a completed response in their own events', (api) => {
    const reader = api.createResponseReader({ status: 200, headers: EVENTS, hideUsage: false })
    reader.push(Buffer.from('data: {"type":"response.completed"}\n\n'))
    expect(reader.facts.done).toBe(api.name === 'responses')
  })
})

describe('failover', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
  })

  it.each([true, false])('asks the adapter whether a request may be repeated (%s)', (mayRepeat) => {
    const asked: string[] = []
    const { open, send } = createScriptedForwards([endpointConfig(1), endpointConfig(2)], 1, {
      ...chat,
      mayRepeat({ bytes }) {
        asked.push(bytes.toString())
        return mayRepeat
      },
    })
    send({ n: 1 })
    open[0]?.settle({ status: 500, body: '{"error":{}}' })
    expect(open).toHaveLength(mayRepeat ? 1 : 0)
    expect(asked).toEqual(['{"n":1}'])
  })
})
