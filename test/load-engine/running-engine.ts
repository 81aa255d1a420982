// Starts the engine on its thread, in front of it the balancer and simulated backends.
import { onTestFinished } from 'vitest'
import { checkSavedRun } from '../../src/load-engine/model/saved-run.ts'
import { defaultScenario, type Scenario } from '../../src/load-engine/model/scenario.ts'
import type { Command, Report, Snapshot } from '../../src/load-engine/protocol/messages.ts'
import { createEngineThread } from '../../src/load-engine/thread/engine-thread.ts'
import { createTargetPolicy } from '../../src/ws-bridge/targets/target-policy.ts'
import { eventually, startListingApp } from '../support/apps/running-app.ts'

type ReportOf<Type extends Report['type']> = Extract<Report, { readonly type: Type }>

/** @param target - host and port, the only one that calls may go to. */
function openEngine(target: string) {
  const reports: Report[] = []
  const failures: Error[] = []
  const engine = createEngineThread({
    maxConcurrent: 1_000,
    timeoutMs: 300_000,
    resolveTarget: createTargetPolicy({
      balancer: target,
      rewrites: new Map(),
      allowed: [target],
      insecure: [],
    }),
    onReport: (json) => void reports.push(JSON.parse(json) as Report),
    onIdle: () => undefined,
    onFailure: (error) => void failures.push(error),
  })
  onTestFinished(() => engine.close())
  const send = (command: Command): void => engine.handle(command)
  const reportsOf = <Type extends Report['type']>(type: Type) =>
    reports.filter((report): report is ReportOf<Type> => report.type === type)
  const last = async <Type extends Report['type']>(
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
    failures,
    send,
    reportsOf,
    last,
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
      const checked = checkSavedRun(run)
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
  const engine = openEngine(`127.0.0.1:${app.port}`)
  const scenario = (fields: Partial<Scenario> = {}): Scenario => ({
    ...defaultScenario,
    url: `${app.url}/v1`,
    model: 'sim-model',
    ...fields,
  })
  return { app, ...engine, scenario }
}
