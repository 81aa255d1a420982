/** What the server sends as changes gives the page the same state as the whole. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { applyStateChange } from '../../../public/admin/state/live/apply-state-change.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { effort } from '../../support/effort.ts'
import { ADMIN_TOKEN, PREFIX, startAdmin } from '../start-admin.ts'
import { openEvents } from '../../support/clients/event-reader.ts'

type Call = readonly [method: string, path: string, body?: object]

const number = fc.integer({ min: 1, max: 4 })
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.constant<Call>(['POST', '/tokens', { name: 't' }]),
  fc.constant<Call>(['POST', '/incoming-blocks', { name: 'b' }]),
  fc.constant<Call>(['POST', '/endpoints', { name: 'e', base_url: 'http://127.0.0.1:1/v1' }]),
  number.map((id): Call => ['PATCH', `/endpoints/${id}`, { enabled: id % 2 === 0 }]),
  fc
    .tuple(number, number)
    .map(([id, percent]): Call => ['PATCH', `/endpoints/${id}`, { quota_percent: percent }]),
  number.map((id): Call => ['DELETE', `/endpoints/${id}`]),
  number.map((id): Call => ['POST', `/endpoints/${id}/restore`]),
  number.map((id): Call => ['DELETE', `/tokens/${id}`]),
  number.map((id): Call => ['DELETE', `/incoming-blocks/${id}`]),
  fc.tuple(number, number).map(([block, endpoint]): Call => ['PUT', `/wires/${block}/${endpoint}`]),
  fc.tuple(number, number).map(([block, endpoint]): Call => ['DELETE', `/wires/${block}/${endpoint}`]),
  fc
    .constantFrom('percentage', 'priority', 'balanced')
    .map((mode): Call => ['PATCH', '/routing', { routing_mode: mode }]),
  fc
    .constantFrom('quota_order', 'load', 'prefix')
    .map((placement): Call => ['PATCH', '/routing', { placement }]),
  fc
    .constantFrom('priority', 'balanced', null)
    .map((mode): Call => ['PATCH', '/incoming-blocks/1', { routing_mode: mode, placement: 'load' }]),
  number.map((x): Call => ['PATCH', '/positions', { endpoints: [{ id: x, pos_x: x, pos_y: 0 }] }]),
  fc.constant<Call>(['POST', '/reset-stats']),
)

/** Without what goes on with time. */
const configurationOf = ({ stats: _stats, ...state }: StateView) => state

it('is equal to the whole state after any changes', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(call, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
      async (rounds) => {
        const admin = await startAdmin({ rateLimitPerMinute: 1_000_000 })
        await admin.call('POST', '/incoming-blocks', { name: 'b' })
        for (const name of ['e1', 'e2', 'e3']) await admin.endpoint(name, { connected: true })
        for (const name of ['t1', 't2', 't3']) await admin.call('POST', '/tokens', { name })
        const reader = await openEvents(`${admin.address}${PREFIX}/events?changes=true`, {
          'x-admin-token': ADMIN_TOKEN,
        })
        let state = await reader.next('state')
        await reader.next('live')
        let taken = reader.events.length
        for (const round of rounds) {
          for (const [method, path, body] of round) await admin.call(method, path, body)
          const { body: whole } = await admin.call<StateView>('GET', '/state')
          admin.runTimers()
          await expect
            .poll(
              () => {
                for (const { name, data } of reader.events.slice(taken)) {
                  if (name === 'state') state = data as StateView
                  else if (name === 'state-change') state = applyStateChange(state, data as never)
                }
                taken = reader.events.length
                return configurationOf(state)
              },
              { timeout: 30_000, interval: 5 },
            )
            .toEqual(configurationOf(whole))
        }
        reader.leave()
        await admin.close()
      },
    ),
    { numRuns: effort(20, 6) },
  )
})
