import { expect, it } from 'vitest'
import { createCatchUp } from '../../../src/cluster/worker/catch-up.ts'

it('resolves each question by its own reply, whatever their order', async () => {
  const asked: number[] = []
  const catchUp = createCatchUp((id) => void asked.push(id))
  const ended: string[] = []
  const first = catchUp.ask().then(() => ended.push('first'))
  const second = catchUp.ask().then(() => ended.push('second'))
  expect(asked).toEqual([1, 2])
  catchUp.done(7)
  catchUp.done(2)
  await second
  expect(ended).toEqual(['second'])
  catchUp.done(1)
  await first
  expect(ended).toEqual(['second', 'first'])
})
