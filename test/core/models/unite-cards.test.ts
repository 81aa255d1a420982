import { expect, it } from 'vitest'
import { uniteCards } from '../../../src/core/models/unite-cards.ts'

it.each([
  [4_096, 8_192, 4_096],
  [8_192, 4_096, 4_096],
  [4_096, 4_096, 4_096],
  [undefined, 4_096, 4_096],
  ['8192', 4_096, 4_096],
  [4_096, undefined, 4_096],
  [4_096, '1', 4_096],
  [undefined, undefined, undefined],
])('of lengths %j and %j, %j holds', (first, second, length) => {
  const card = (owner: string, max: unknown) => ({
    id: 'a',
    owned_by: owner,
    ...(max === undefined ? {} : { max_model_len: max }),
  })
  expect(uniteCards(card('first', first), card('second', second))).toEqual(card('first', length))
})
