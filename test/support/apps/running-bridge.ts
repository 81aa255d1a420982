// Starts the bridge on a free port with a scripted upstream, and opens sockets as pages do.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { bridgeTable } from '../../../src/config/bridge-table.ts'
import { readTable } from '../../../src/config/read-config.ts'
import {
  bridgeEvent,
  type BridgeCommand,
  type BridgeEvent,
  type CallId,
} from '../../../src/contract/bridge.ts'
import { createLogger } from '../../../src/observability/logger.ts'
import { buildBridge, type BridgeTuning } from '../../../src/ws-bridge/build-bridge.ts'
import { startScriptedUpstream, type Script } from '../../conformance/scripted-upstream.ts'
import { eventually } from './running-app.ts'

interface BridgeSetup {
  /** WS_* variables; by default the upstream is the balancer. */
  readonly environment?: Readonly<Record<string, string>>
  readonly script?: Script
  readonly tuning?: BridgeTuning
}

type EventOf<Type extends BridgeEvent['type']> = Extract<BridgeEvent, { readonly type: Type }>

interface PageOptions {
  readonly origin?: string
  readonly protocols?: readonly string[]
  readonly client?: ClientOptions
}

/** Opens a page's socket, which records its events. */
export async function connectPage(url: string, { origin, protocols = [], client = {} }: PageOptions = {}) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, [...protocols], {
    ...client,
    headers: { origin: origin ?? url, ...client.headers },
  })
  onTestFinished(() => socket.terminate())
  const events: BridgeEvent[] = []
  const closed = once(socket, 'close') as Promise<[number, Buffer]>
  socket.on('message', (data: Buffer) => void events.push(bridgeEvent.parse(JSON.parse(data.toString()))))
  await once(socket, 'open')
  const eventsOf = (id: CallId | null): BridgeEvent[] => events.filter((event) => event.id === id)

  async function next<Type extends BridgeEvent['type']>(
    id: CallId | null,
    type: Type,
  ): Promise<EventOf<Type>> {
    await eventually(() => {
      if (!eventsOf(id).some((event) => event.type === type)) throw new Error(`no ${type} for ${id}`)
    })
    return eventsOf(id).find((event): event is EventOf<Type> => event.type === type) as EventOf<Type>
  }
  return {
    socket,
    events,
    eventsOf,
    next,
    /** Resolves with status and reason. */
    closed,
    /** @param command - as JSON; text as it is. */
    send: (command: BridgeCommand | string) =>
      socket.send(typeof command === 'string' ? command : JSON.stringify(command)),
    textOf: (id: CallId) =>
      eventsOf(id)
        .map((event) => (event.type === 'stream_chunk' ? event.data : ''))
        .join(''),
  }
}

/** @returns the status that an upgrade is refused with. */
export async function refusalOf(
  url: string,
  client: ClientOptions,
  protocols: readonly string[] = [],
): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, [...protocols], client)
  onTestFinished(() => socket.terminate())
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
  return response.statusCode
}

export async function startBridge({ environment = {}, script, tuning = {} }: BridgeSetup = {}) {
  const upstream = await startScriptedUpstream()
  onTestFinished(() => upstream.close())
  if (script) upstream.follow(script)
  const target = `http://127.0.0.1:${upstream.port}`
  const config = readTable(bridgeTable, {
    WS_BALANCER: `127.0.0.1:${upstream.port}`,
    WS_DRAIN_TIMEOUT_SECONDS: '0',
    ...environment,
  })
  const lines: string[] = []
  const logger = createLogger({
    level: config.logLevel,
    destination: {
      write: (line) => void lines.push(line),
      flush: () => Promise.resolve(),
      flushSync: () => undefined,
      close: () => Promise.resolve(),
    },
  })
  const { bridge, server } = buildBridge(config, logger, tuning)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    await bridge.drain(0)
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    upstream,
    target,
    bridge,
    server,
    logText: () => lines.join(''),
    connect: () => connectPage(url),
  }
}
