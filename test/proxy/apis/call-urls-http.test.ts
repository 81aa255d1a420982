import { expect, it } from 'vitest'
import { apis } from '../../../src/proxy/apis/apis.ts'
import { chatOf, startApp } from '../../support/apps/running-app.ts'

const body = { ...chatOf(), prompt: 'x', input: 'x', max_tokens: 5 }

it('every call is served under /v1, at the root and behind a pool segment, with and without a query', async () => {
  const app = await startApp()
  for (const { path } of apis) {
    for (const url of [`/v1${path}`, path, `/v1/any-pool${path}`, `${path}?x=1`]) {
      expect([url, (await app.post(url, body)).status]).toEqual([url, 200])
    }
    expect(app.backend.served().routes[`/v1${path}`]).toMatchObject({ finished: 4 })
  }
})
