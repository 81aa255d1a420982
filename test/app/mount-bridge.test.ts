import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { mountBridge } from '../../src/app/mount-bridge.ts'

const mount = (server: Server) =>
  mountBridge(server, {
    authentication: {
      authenticate: () => {
        throw new Error('must not be called')
      },
      onSessionEnd: () => () => undefined,
    },
    clock: () => 0,
    logger: pino({ enabled: false }),
    address: () => server.address() as AddressInfo,
  })

describe('the bridge at the balancer', () => {
  it('accepts upgrades of its own path only', () => {
    const server = createServer()
    mount(server)
    const { shouldUpgradeCallback: isOurs } = server as unknown as {
      shouldUpgradeCallback(request: object): boolean
    }
    const paths = ['/ws', '/ws?x=1', '/', '/ws/', '/v1/chat/completions']
    expect(paths.map((url) => isOurs({ url }))).toEqual([true, true, false, false, false])
    expect(server.listenerCount('upgrade')).toBe(1)
  })

  it('accepts none on a Node.js that would emit the upgrades of every path', () => {
    const server = Object.assign(createServer(), { shouldUpgradeCallback: undefined })
    mount(server)
    expect(server.listenerCount('upgrade')).toBe(0)
  })
})
