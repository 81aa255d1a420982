import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClientTokenView } from '../../../src/contract/client-token.ts'
import { checkAddedShares, checkShare } from '../../../src/admin/tokens/guaranteed-shares.ts'
import { indexConfiguration } from '../../../src/core/state/configuration.ts'
import { configuration, tokenConfig } from '../../support/gateway/gateway-fixture.ts'
import { startAdmin, type AdminResponse } from '../start-admin.ts'

const share = (name: string, percent: number, blockId = 1) => ({
  name,
  incoming_block_id: blockId,
  guaranteed_share_percent: percent,
})

/** Two blocks. */
async function startWithBlocks() {
  const admin = await startAdmin()
  await admin.call('POST', '/incoming-blocks', { name: 'second' })
  return admin
}

const outcome = ({ status, body }: AdminResponse) => [
  status,
  body.errors?.[0]?.pointer,
  body.errors?.[0]?.detail,
]

describe('the shares guaranteed to the tokens of a block', () => {
  it('may come to a hundred in all, fractions included', async () => {
    const { call } = await startAdmin()
    for (const percent of [33.3, 33.3, 33.4, 0]) {
      const { status, body } = await call('POST', '/tokens', share('t', percent))
      expect([status, body.guaranteed_share_percent]).toEqual([200, percent])
    }
  })

  it('may not come to more: the refusal tells what is left', async () => {
    const { call } = await startAdmin()
    await call('POST', '/tokens', share('a', 70))
    const refused = [
      422,
      '/guaranteed_share_percent',
      'Takes at most 30: the other client tokens of incoming block 1 are guaranteed 70 percent together.',
    ]
    expect(outcome(await call('POST', '/tokens', share('b', 30.5)))).toEqual(refused)
    await call('POST', '/tokens', share('b', 30))
    expect(outcome(await call('PATCH', '/tokens/2', { guaranteed_share_percent: 31 }))).toEqual(refused)
    const lowered = await call('PATCH', '/tokens/2', { guaranteed_share_percent: 5, name: 'c' })
    expect(lowered.body).toMatchObject({ guaranteed_share_percent: 5, name: 'c' })
    expect((await call('PATCH', '/tokens/1', { guaranteed_share_percent: 95 })).status).toBe(200)
  })

  it('count by block, and a token takes its share along', async () => {
    const { call } = await startWithBlocks()
    await call('POST', '/tokens', share('a', 70))
    await call('POST', '/tokens', share('b', 60, 2))
    expect(outcome(await call('PATCH', '/tokens/2', { incoming_block_id: 1 }))).toEqual([
      422,
      '/guaranteed_share_percent',
      'Takes at most 30: the other client tokens of incoming block 1 are guaranteed 70 percent together.',
    ])
    const moved = await call('PATCH', '/tokens/2', { incoming_block_id: 1, guaranteed_share_percent: 30 })
    expect(moved.status).toBe(200)
  })

  it('are free again once a token is revoked, which then may find no room to come back', async () => {
    const { call } = await startAdmin()
    await call('POST', '/tokens', share('a', 70))
    await call('DELETE', '/tokens/1')
    await call('POST', '/tokens', share('b', 60))
    const { status, body } = await call('POST', '/tokens/1/restore')
    expect(status).toBe(409)
    expect(body.detail).toBe(
      'The guaranteed_share_percent of the client tokens of incoming block 1 would come to 130; it takes at most 100. Lower some of them first.',
    )
    await call('PATCH', '/tokens/2', { guaranteed_share_percent: 30 })
    expect((await call('POST', '/tokens/1/restore')).status).toBe(200)
  })

  it('keep a block from going where its tokens would have no room', async () => {
    const { call } = await startWithBlocks()
    await call('POST', '/tokens', share('a', 70))
    await call('POST', '/tokens', share('b', 60, 2))
    for (const id of [1, 2]) {
      const { status, body } = await call('DELETE', `/incoming-blocks/${id}`)
      expect(status).toBe(409)
      expect(body.detail).toContain(`incoming block ${3 - id} would come to 130`)
    }
    await call('PATCH', '/tokens/2', { guaranteed_share_percent: 30 })
    expect((await call('DELETE', '/incoming-blocks/2')).status).toBe(200)
    const { body: tokens } = await call<ClientTokenView[]>('GET', '/tokens')
    expect(tokens.map((token) => [token.incoming_block_id, token.guaranteed_share_percent])).toEqual([
      [1, 70],
      [1, 30],
    ])
  })

  it('of tokens without a share stand in the way of nothing', () => {
    const over = [60, 60, 0].map((guaranteedSharePercent, index) =>
      tokenConfig(index + 1, { guaranteedSharePercent }),
    )
    const current = indexConfiguration(configuration([], { tokens: over }))
    for (const token of over) {
      expect(() => checkShare({ ...token }, token, current, token.id)).not.toThrow()
      expect(() => checkShare({ ...token, guaranteedSharePercent: 0 }, token, current)).not.toThrow()
    }
    expect(() => checkAddedShares([tokenConfig(4)], 1, current)).not.toThrow()
  })

  it('never come to more than a hundred by what the checks let pass', () => {
    const percent = fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10)
    fc.assert(
      fc.property(fc.array(percent, { maxLength: 30 }), (options) => {
        const tokens: ReturnType<typeof tokenConfig>[] = []
        for (const [index, guaranteedSharePercent] of options.entries()) {
          const token = tokenConfig(index + 1, { guaranteedSharePercent })
          const current = indexConfiguration(configuration([], { tokens: [...tokens] }))
          const room = 100 - tokens.reduce((sum, given) => sum + given.guaranteedSharePercent, 0)
          const base = { ...token, guaranteedSharePercent: 0 }
          const isTooMuch = guaranteedSharePercent > room + 1e-6
          if (isTooMuch) expect(() => checkShare(token, base, current)).toThrow('guaranteed_share_percent')
          else {
            expect(() => checkShare(token, base, current)).not.toThrow()
            tokens.push(token)
          }
        }
      }),
    )
  })
})
