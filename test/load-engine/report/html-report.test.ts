// Tests the HTML report of a run in a real browser.
import { describe, expect, it } from 'vitest'
import { htmlReport } from '../../../src/load-engine/report/html-report.ts'
import { openPage } from '../../public/support/open-page.ts'
import { someResult, someRun, withTexts } from '../some-run.ts'

const SCRIPT = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&=cmd|`

const results = [...Array(200).keys()].map((index) =>
  index % 20 === 0
    ? someResult({ outcome: 'http_5xx', status: 503, detail: SCRIPT })
    : someResult({
        ttftMs: 100 + index,
        labels: { ...someResult().labels, endpoint: `vllm-${index % 2}` },
      }),
)
const slo = { ttftMs: 200, tpotMs: null, e2eMs: null, goalPercent: 50 }

async function open(report: string) {
  const page = await openPage('about:blank')
  await page.setContent(report)
  return page
}

describe('the report', () => {
  it('shows markup in every field as text, and loads nothing', async () => {
    const page = await open(htmlReport(withTexts(someRun({ slo }, results), SCRIPT)))
    expect(await page.locator('script, img, link, iframe, object, a').count()).toBe(0)
    expect(await page.locator('h1').textContent()).toBe(SCRIPT)
    expect(await page.locator('h2').textContent()).toBe(SCRIPT)
    expect(await page.locator('td', { hasText: SCRIPT }).count()).toBeGreaterThan(3)
    const policy = page.locator('meta[http-equiv="Content-Security-Policy"]')
    expect(await policy.getAttribute('content')).toBe("default-src 'none'; style-src 'unsafe-inline'")
  })

  it('shows figures, charts and groups', async () => {
    const page = await open(htmlReport(someRun({ slo }, results)))
    expect(await page.getByRole('img').count()).toBe(6)
    const text = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ')
    expect(text).toContain('190 ok, 10 failed')
    expect(text).toContain('missed · 47.5')
    expect(text).toContain('vllm-1')
    expect(text).toContain('http 5xx 503 10')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    const legends = await page.locator('.legend').allInnerTexts()
    expect(legends.map((legend) => legend.split(/\s{2,}|\n/).filter(Boolean))).toContainEqual([
      'ok',
      'dropped',
      'http 5xx',
    ])
    const box = await page.locator('svg rect').first().boundingBox()
    expect(box?.height).toBeGreaterThan(0)
  })

  it('of a run without results has dashes instead of figures', async () => {
    const page = await open(htmlReport(someRun({}, [])))
    const text = await page.locator('body').innerText()
    expect(text).toContain('–')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
  })
})
