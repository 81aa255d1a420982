// When a client token counts as below the share that it is guaranteed.
import { describe, expect, it } from 'vitest'
import { createGuaranteeLedger } from '../../../src/core/queue/guarantee.ts'
import { createLocalSums } from '../../../src/core/shared/windowed-sums.ts'
import { manualClock, tokenConfig } from '../../support/gateway/gateway-fixture.ts'

const anna = tokenConfig(1, { guaranteedSharePercent: 30 })
const bert = tokenConfig(2)

function start() {
  const clock = manualClock()
  return { clock, ledger: createGuaranteeLedger(createLocalSums(clock.now)) }
}

describe('a client token', () => {
  it('is below its guarantee until it has had that share of what its block was served', () => {
    const { ledger } = start()
    expect(ledger.isBelow(anna), 'nothing was served').toBe(true)
    ledger.charge(1, bert, 700)
    expect(ledger.isBelow(anna)).toBe(true)
    ledger.charge(1, anna, 299)
    expect(ledger.isBelow(anna)).toBe(true)
    ledger.charge(1, anna, 1)
    expect(ledger.isBelow(anna), 'exactly its share').toBe(false)
    ledger.charge(1, null, 1)
    expect(ledger.isBelow(anna), 'clients without a token count').toBe(true)
  })

  it('without a guarantee is never below it', () => {
    const { ledger } = start()
    ledger.charge(1, anna, 100)
    expect([ledger.isBelow(bert), ledger.isBelow(null)]).toEqual([false, false])
  })

  it('is below it again once what it was charged is refunded, or where all was', () => {
    const { ledger } = start()
    ledger.charge(1, bert, 100)
    ledger.charge(1, anna, 100)
    expect(ledger.isBelow(anna)).toBe(false)
    ledger.charge(1, anna, -90)
    expect(ledger.isBelow(anna)).toBe(true)
    ledger.charge(1, bert, -100)
    expect(ledger.isBelow(anna)).toBe(false)
    ledger.charge(1, anna, -10)
    expect(ledger.isBelow(anna)).toBe(true)
  })

  it('is measured by its own block alone, and by the last ten seconds', () => {
    const { ledger, clock } = start()
    ledger.charge(1, anna, 100)
    ledger.charge(2, bert, 10_000)
    expect(ledger.isBelow(anna)).toBe(false)
    clock.advance(9_000)
    ledger.charge(1, bert, 200)
    expect(ledger.isBelow(anna)).toBe(false)
    clock.advance(1_000)
    expect(ledger.isBelow(anna)).toBe(true)
  })

  it('with a guarantee is remembered beside any number of tokens without one', () => {
    const { ledger } = start()
    ledger.charge(1, anna, 1_000_000)
    for (let id = 10; id < 10_020; id += 1) ledger.charge(1, tokenConfig(id), 1)
    expect(ledger.isBelow(anna)).toBe(false)
  })
})
