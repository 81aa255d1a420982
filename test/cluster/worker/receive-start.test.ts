// A worker hears everything from its start on, whatever comes while it is being built.
import { expect, it } from 'vitest'
import { diffConfiguration, splitChange } from '../../../src/cluster/configuration-change.ts'
import type { PrimaryMessage } from '../../../src/cluster/messages.ts'
import { receiveStart } from '../../../src/cluster/worker/receive-start.ts'
import { configuration, endpointConfig } from '../../support/gateway/gateway-fixture.ts'

const startMessage: PrimaryMessage = {
  type: 'start',
  workers: 2,
  instanceId: 'instance',
  promptSecret: 'secret',
  adminToken: 'admin',
  socketPath: '/tmp/socket',
}
const configured = configuration([1, 2, 3].map((id) => endpointConfig(id)))
const drain: PrimaryMessage = { type: 'drain' }
const clear: PrimaryMessage = { type: 'clear cache' }
const waiting: PrimaryMessage = { type: 'serve waiting' }

it('waits for the whole configuration, and hands over what came after it, in order', async () => {
  let send: (batch: readonly PrimaryMessage[]) => void = () => undefined
  const starting = receiveStart((listener) => (send = listener))
  const parts = [...splitChange(diffConfiguration(undefined, configured), 2)]
  expect(parts.length).toBeGreaterThan(1)
  send([startMessage])
  for (const [index, change] of parts.entries())
    send([{ type: 'configuration', change, ...(index === parts.length - 1 ? { version: 4 } : {}) }, clear])
  // Several batches may arrive in one turn, before the promise has run anything.
  send([drain])
  const { start, configuration: received, receiveWith } = await starting
  expect(start).toEqual(startMessage)
  expect(received).toEqual(configured)
  send([waiting])
  const heard: PrimaryMessage[] = []
  receiveWith((message) => void heard.push(message))
  send([drain, clear])
  expect(heard).toEqual([clear, drain, waiting, drain, clear])
})
