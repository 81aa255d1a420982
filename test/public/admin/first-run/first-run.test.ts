import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { startListingApp } from '../../../support/apps/running-app.ts'
import { axeViolations } from '../../support/axe.ts'
import { holdResponses } from '../../support/held-responses.ts'
import { openSignedIn } from '../../support/signed-in.ts'
import { casesOf } from '../../../support/effort.ts'

const run = promisify(execFile)

async function startEmptyApp() {
  const app = await startListingApp()
  await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
  return app
}

it('guides from an empty configuration to a successful request', async () => {
  const app = await startEmptyApp()
  const page = await openSignedIn(app)
  const steps = page.getByRole('region', { name: 'First steps' })
  await steps.getByRole('button', { name: 'Add an endpoint' }).click()
  const endpoint = page.getByRole('dialog', { name: 'New endpoint' })
  await endpoint.getByLabel('Name').fill('vllm-a')
  await endpoint.getByLabel(/Address|Base URL/i).fill(app.backend.baseUrl)
  const wiring = await holdResponses(page, '**/admin/api/wires/**')
  await endpoint.getByRole('button', { name: /^(Create|Add)/ }).click()
  await wiring.requested
  await page
    .getByRole('group', { name: 'Endpoint vllm-a', includeHidden: true })
    .waitFor({ state: 'attached' })
  // A moment later it will be wired: the step in between is none that a person has to take.
  expect(await page.getByRole('button', { name: 'Wire it', includeHidden: true }).count()).toBe(0)
  wiring.release()
  await page.getByText('Created endpoint vllm-a').first().waitFor()
  await endpoint.waitFor({ state: 'hidden' })
  expect(await page.getByRole('button', { name: 'Wire it', includeHidden: true }).count()).toBe(0)
  await steps.getByRole('button', { name: 'Make a client token' }).click()
  const form = page.getByRole('dialog', { name: 'New client token' })
  await form.getByLabel('Name').fill('my-app')
  await form.getByRole('button', { name: 'Create' }).click()
  const shown = page.getByRole('alertdialog', { name: 'Client token my-app' })
  await shown.getByText('sim-model').waitFor()
  const command = await shown.getByLabel('Example for curl').innerText()
  const { stdout } = await run('sh', ['-c', `${command} --silent --fail`])
  expect(JSON.parse(stdout)).toMatchObject({ object: 'chat.completion' })

  await shown.getByRole('button', { name: 'I have copied it' }).click()
  await steps.waitFor({ state: 'hidden' })
})

it('shows the steps that are missing, whatever steps were shown before', async () => {
  const app = await startEmptyApp()
  const page = await openSignedIn(app)
  const steps = page.getByRole('region', { name: 'First steps' })
  await steps.waitFor()
  await app.admin.endpoint('vllm-a', app.backend.baseUrl)
  await steps.getByRole('button', { name: 'Make a client token' }).waitFor()
  await app.admin.token('app')
  await steps.waitFor({ state: 'hidden' })
})

it('passes axe in both themes and fits a phone', async () => {
  const app = await startEmptyApp()
  const page = await openSignedIn(app)
  await page.getByRole('region', { name: 'First steps' }).waitFor()
  for (const colorScheme of casesOf(['dark', 'light'] as const, 1)) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeViolations(page), colorScheme).toEqual([])
  }
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
  { width: 1024, height: 768 },
]

it.each(casesOf(sizes, 2))('lies over no card and no button at $width x $height', async (viewport) => {
  const app = await startEmptyApp()
  for (const name of ['vllm-a', 'vllm-b', 'vllm-c']) await app.admin.endpoint(name, app.backend.baseUrl)
  const page = await openSignedIn(app, { viewport })
  const step = page.getByRole('region', { name: 'First steps' }).getByRole('listitem')
  await step.first().waitFor()
  const guides = (await Promise.all((await step.all()).map((one) => one.boundingBox()))).filter(
    (box) => box !== null,
  )
  const canvas = page.getByRole('region', { name: 'Canvas', exact: true })
  const others = await Promise.all(
    [
      canvas.getByRole('group', { name: 'Incoming block Incoming 1' }),
      canvas.getByRole('group', { name: 'Endpoint vllm-c' }),
      canvas.getByRole('toolbar', { name: 'View of the canvas' }),
      canvas.getByRole('img', { name: 'Map of the canvas' }),
    ].map(async (one) => ((await one.count()) === 0 ? null : one.boundingBox())),
  )
  for (const guide of guides) {
    for (const other of others) {
      if (other === null) continue
      const apart =
        guide.x >= other.x + other.width ||
        other.x >= guide.x + guide.width ||
        guide.y >= other.y + other.height ||
        other.y >= guide.y + guide.height
      expect(apart, JSON.stringify([guide, other])).toBe(true)
    }
  }
})
