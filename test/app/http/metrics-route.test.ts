import { describe, expect, it } from 'vitest'
import { startApp } from '../../support/apps/running-app.ts'

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('GET /metrics', () => {
  it('takes LB_METRICS_TOKEN where that is set, and nothing else', async () => {
    const app = await startApp({ environment: { LB_METRICS_TOKEN: 'scrape-me' } })
    const { token } = await app.admin.token('client')
    for (const sent of [{}, bearer('scrape-m'), bearer(token), { headers: { authorization: 'scrape-me' } }]) {
      const refused = await app.send('/metrics', sent)
      expect(refused.status).toBe(401)
      expect(refused.headers['www-authenticate']).toBe('Bearer')
      expect(refused.text).not.toContain('lb_requests_total')
      expect(refused.text).not.toContain('scrape-me')
    }
    const scraped = await app.send('/metrics', bearer('scrape-me'))
    expect(scraped.status).toBe(200)
    expect(scraped.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(scraped.text).toContain('lb_requests_total')
  })

  it('is the same text for all who ask within a second', async () => {
    const app = await startApp()
    const texts = await Promise.all(Array.from({ length: 20 }, async () => (await app.send('/metrics')).text))
    expect(new Set(texts.map((text) => /lb_uptime_seconds (\S+)/.exec(text)?.[1])).size).toBe(1)
  })
})
