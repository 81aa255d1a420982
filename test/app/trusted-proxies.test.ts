import { expect, it } from 'vitest'
import { startApp, type RunningApp } from '../support/apps/running-app.ts'

/** @returns the status of a guess of the admin token that comes from the address, as a proxy reports. */
async function guess(app: RunningApp, address: string): Promise<number> {
  const headers = { 'x-admin-token': 'wrong', 'x-forwarded-for': address }
  return (await app.send('/admin/api/state', { headers })).status
}

it.each([
  [{}, 429],
  [{ LB_TRUSTED_PROXIES: '127.0.0.0/8, ::1' }, 401],
])(
  'guesses are limited by the address that a proxy of LB_TRUSTED_PROXIES reports: %j',
  async (environment, other) => {
    const app = await startApp({ environment })
    for (let count = 0; count < 20; count += 1) expect(await guess(app, '192.0.2.1')).toBe(401)
    expect([await guess(app, '192.0.2.1'), await guess(app, '192.0.2.2')]).toEqual([429, other])
  },
)
