// A worker answers with its profile, or ends before.
import { expect, it } from 'vitest'
import { createProfileCollector } from '../../../src/cluster/primary/collect-profile.ts'
import type { PrimaryMessage } from '../../../src/cluster/messages.ts'

function start() {
  const posted: (readonly [number, PrimaryMessage])[] = []
  const post = (to: number, message: PrimaryMessage): void => void posted.push([to, message])
  return { posted, profiles: createProfileCollector({ post, ids: () => [1, 2] }) }
}

it('asks the worker and gives what it answers', async () => {
  const { posted, profiles } = start()
  const profile = profiles.take(2, 5)
  expect(posted).toEqual([[2, { type: 'profile', seconds: 5 }]])
  profiles.removeWorker(1)
  profiles.receive(2, '{}')
  expect(await profile).toBe('{}')
})

it('gives none of a worker that ends meanwhile, or does not run', async () => {
  const { posted, profiles } = start()
  const profile = profiles.take(1, 5)
  profiles.removeWorker(1)
  expect(await profile).toBeUndefined()
  posted.length = 0
  expect(await profiles.take(3, 5)).toBeUndefined()
  expect(posted).toEqual([])
})
