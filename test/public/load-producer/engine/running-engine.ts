// Starts the engine with a real bridge in front of the balancer and simulated backends.
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { systemTimer } from '../../../../src/load-engine/platform/engine-timer.ts'
import { explainRefusal } from '../../../../public/load-producer/engine/bridge/explain-refusal.ts'
import { createBridgeClient } from '../../../../public/load-producer/engine/bridge/bridge-client.ts'
import { bridgeTransport } from '../../../../public/load-producer/engine/bridge/bridge-transport.ts'
import type { PageCommand, PageReport } from '../../../../public/load-producer/engine/page-messages.ts'
import { createEngine } from '../../../../src/load-engine/engine.ts'
import type { Snapshot } from '../../../../src/load-engine/protocol/messages.ts'
import type { Socket } from '../../../../public/load-producer/engine/bridge/reconnecting-socket.ts'
import { checkSavedRun } from '../../../../src/load-engine/model/saved-run.ts'
import { defaultScenario, type Scenario } from '../../../../src/load-engine/model/scenario.ts'
import { createSeededRandom } from '../../../../src/load-engine/platform/seeded-random.ts'
import { eventually, startListingApp } from '../../../support/apps/running-app.ts'
import { startBridge } from '../../../support/apps/running-bridge.ts'

type ReportOf<Type extends PageReport['type']> = Extract<PageReport, { readonly type: Type }>

export function openEngine(bridgeUrl: string) {
  const reports: PageReport[] = []
  const sockets: WebSocket[] = []
  const bridge = createBridgeClient({
    openSocket(url, protocols) {
      const socket = new WebSocket(url, protocols, { origin: bridgeUrl })
      sockets.push(socket)
      return socket as unknown as Socket
    },
    explainRefusal,
    timer: systemTimer,
    random: createSeededRandom(1),
    onStatus(status) {
      reports.push({ type: 'bridge', bridge: status })
      if (status.state === 'open') engine.sendDue()
    },
  })
  const engine = createEngine({
    transport: bridgeTransport(bridge, systemTimer),
    timer: systemTimer,
    random: createSeededRandom(1),
    report: (report) => void reports.push(report),
  })
  onTestFinished(() => {
    engine.close()
    bridge.close()
  })
  const send = (command: PageCommand): void =>
    command.type === 'connect' ? bridge.connect(command.url, command.token) : engine.handle(command)
  const reportsOf = <Type extends PageReport['type']>(type: Type) =>
    reports.filter((report): report is ReportOf<Type> => report.type === type)
  const last = async <Type extends PageReport['type']>(
    type: Type,
    matches: (report: ReportOf<Type>) => boolean = () => true,
  ): Promise<ReportOf<Type>> => {
    await eventually(() => {
      if (!reportsOf(type).some(matches))
        throw new Error(`no ${type}: ${JSON.stringify(reportsOf(type).at(-1))?.slice(0, 800)}`)
    })
    return reportsOf(type).filter(matches).at(-1) as ReportOf<Type>
  }
  return {
    engine,
    reports,
    sockets,
    send,
    reportsOf,
    last,
    connect: async () => {
      send({ type: 'connect', url: `${bridgeUrl.replace('http', 'ws')}/ws`, token: '' })
      await last('bridge', ({ bridge }) => bridge.state === 'open')
    },
    /** Waits for a snapshot of a card that satisfies `matches`. */
    card: async (cardId: string, matches: (card: Snapshot['cards'][number]) => boolean) => {
      const find = ({ snapshot }: ReportOf<'snapshot'>) =>
        snapshot.cards.find((card) => card.cardId === cardId && matches(card))
      const found = find(await last('snapshot', (report) => find(report) !== undefined))
      if (!found) throw new Error('unreachable')
      return found
    },
    ended: (cardId: string) => last('ended', (report) => report.cardId === cardId),
    /** @returns the saved run, validated like an import. */
    collect: async () => {
      const requestId = String(reports.length)
      send({ type: 'collect', requestId, name: 'a run' })
      const { run } = await last('collected', (report) => report.requestId === requestId)
      const checked = checkSavedRun(JSON.parse(JSON.stringify(run)))
      if (!checked.ok) throw new Error(JSON.stringify(checked.faults))
      return checked.value
    },
  }
}

export async function startEngine(setup: Parameters<typeof startListingApp>[0] = {}) {
  const app = await startListingApp({
    ...setup,
    environment: { LB_MAX_CONNECTIONS: '1000', ...setup.environment },
  })
  const bridge = await startBridge({ environment: { WS_BALANCER: `127.0.0.1:${app.port}` } })
  const engine = openEngine(bridge.url)
  await engine.connect()
  const scenario = (fields: Partial<Scenario> = {}): Scenario => ({
    ...defaultScenario,
    url: `${app.url}/v1`,
    model: 'sim-model',
    ...fields,
  })
  return { app, bridge, ...engine, scenario }
}
