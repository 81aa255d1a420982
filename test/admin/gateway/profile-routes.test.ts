// One process is profiled at a time, for a bounded time.
import { expect, it } from 'vitest'
import { startAdmin } from '../start-admin.ts'

interface CpuProfile {
  readonly nodes: readonly object[]
  readonly samples: readonly number[]
  readonly startTime: number
  readonly endTime: number
}

it('profiles this process, refuses a second profile meanwhile, and takes another one afterwards', async () => {
  const { call } = await startAdmin()
  const take = () => call<CpuProfile>('POST', '/profile?seconds=1')
  const taken = take()
  const meanwhile = await call('POST', '/profile?seconds=1')
  expect([meanwhile.status, meanwhile.body.code]).toEqual([409, 'LB_ERR_CONFLICT'])
  const { status, headers, body } = await taken
  expect(status).toBe(200)
  expect(headers.get('content-disposition')).toBe('attachment; filename="worker-0.cpuprofile"')
  expect(body.nodes.length).toBeGreaterThan(0)
  expect(body.samples.length).toBeGreaterThan(0)
  // Microseconds.
  expect(body.endTime - body.startTime).toBeGreaterThanOrEqual(990_000)
  expect((await take()).status).toBe(200)
})

it('refuses workers that do not run, other lengths, and clients without the admin token', async () => {
  const { call } = await startAdmin()
  const refusal = async (query: string, headers?: object) => {
    const { status, body } = await call('POST', `/profile${query}`, undefined, headers)
    return [status, body.code]
  }
  expect(await refusal('?worker=1')).toEqual([404, 'LB_ERR_NOT_FOUND'])
  for (const query of ['?seconds=0', '?seconds=61', '?seconds=x', '?worker=-1', '?worker=1.5', '?more=1'])
    expect([query, ...(await refusal(query))]).toEqual([query, 422, 'LB_ERR_VALIDATION'])
  expect(await refusal('', { 'x-admin-token': 'another' })).toEqual([401, 'LB_ERR_UNAUTHORIZED'])
})
