// A change is known to have been applied once every worker that still runs says so.
import { expect, it } from 'vitest'
import { applyConfigurationChange, emptyConfiguration } from '../../../src/cluster/configuration-change.ts'
import type { PrimaryMessage } from '../../../src/cluster/messages.ts'
import { createConfigurationPublisher } from '../../../src/cluster/primary/publish-configuration.ts'
import type { Configuration } from '../../../src/core/state/configuration.ts'
import { configuration, endpointConfig, tokenConfig } from '../../support/gateway/gateway-fixture.ts'

const initial = configuration([endpointConfig(1)])

function start(...ids: number[]) {
  const workers = new Map<number, { configuration: Configuration; versions: number[] }>()
  const join = (id: number): void =>
    void workers.set(id, { configuration: emptyConfiguration(initial.settings), versions: [] })
  const post = (id: number, message: PrimaryMessage): void => {
    const worker = workers.get(id)
    if (worker === undefined || message.type !== 'configuration') throw new Error('unexpected')
    worker.configuration = applyConfigurationChange(worker.configuration, message.change)
    if (message.version !== undefined) worker.versions.push(message.version)
  }
  const pool = {
    post,
    broadcast: (message: PrimaryMessage) => [...workers.keys()].forEach((id) => post(id, message)),
    ids: () => [...workers.keys()],
  }
  const publisher = createConfigurationPublisher(pool, initial)
  for (const id of ids) {
    join(id)
    publisher.sendAll(id)
  }
  /** Publishes. @returns whether it is applied everywhere, and the version. */
  const publish = async (next: Configuration) => {
    let isDone = false
    const done = publisher.publish(next).then(() => (isDone = true))
    await Promise.resolve()
    const version = Math.max(...[...workers.values()].map(({ versions }) => versions.at(-1) ?? 0))
    return { isDone: async () => (await Promise.race([done, Promise.resolve()]), isDone), version }
  }
  const end = (id: number): void => {
    workers.delete(id)
    publisher.applied(id, Infinity)
  }
  return { publisher, workers, join, end, publish }
}

const withTokens = (count: number): Configuration => ({
  ...initial,
  tokens: Array.from({ length: count }, (_, index) => tokenConfig(index + 1)),
})

it('resolves when all workers have applied it, or a later one, and not by an earlier one', async () => {
  const { publisher, publish, workers } = start(1, 2)
  const first = await publish(withTokens(1))
  const second = await publish(withTokens(1_200))
  expect(workers.get(2)?.configuration).toEqual(withTokens(1_200))
  expect(second.version).toBe(first.version + 1)
  publisher.applied(1, second.version)
  publisher.applied(2, first.version)
  expect([await first.isDone(), await second.isDone()]).toEqual([true, false])
  publisher.applied(2, second.version)
  expect(await second.isDone()).toBe(true)
})

it('waits for no worker that has ended, nor for one that has joined since', async () => {
  const { publisher, publish, workers, join, end } = start(1, 2)
  const { isDone, version } = await publish(withTokens(3))
  publisher.applied(1, version)
  join(3)
  publisher.sendAll(3)
  expect(workers.get(3)).toEqual({ configuration: withTokens(3), versions: [version] })
  publisher.applied(3, version)
  expect(await isDone()).toBe(false)
  end(2)
  expect(await isDone()).toBe(true)
})

it('resolves at once where no worker runs', async () => {
  const { isDone } = await start().publish(withTokens(1))
  expect(await isDone()).toBe(true)
})
