/** A card of the page: a scenario with an id. */
import { randomId } from '../../ui/browser/random-id.ts'
import { defaultScenario, type Scenario } from '../../../src/load-engine/model/scenario.ts'

export interface Card {
  readonly id: string
  readonly scenario: Scenario
}

export const newCard = (scenario: Scenario): Card => ({ id: randomId(), scenario })

/** @returns a name that no other card has: `soak`, `soak 2`, … */
export function uniqueName(preferred: string, cards: readonly Card[]): string {
  const taken = new Set(cards.map(({ scenario }) => scenario.name))
  const base = preferred.replace(/ \d+$/, '').slice(0, 70)
  let name = preferred
  for (let number = 2; taken.has(name); number += 1) name = `${base} ${number}`
  return name
}

/** Whether a balancer serves the page. It is then also the default target, and it hosts the bridge. */
export const isServedByBalancer = (): boolean => location.pathname.startsWith('/load-producer')

/** @returns the default card. Its target is the balancer that serves the page, else port 8090 of the host of the page. */
export const firstScenario = (): Scenario => ({
  ...defaultScenario,
  name: 'first run',
  url: isServedByBalancer() ? `${location.origin}/v1` : `${location.protocol}//${location.hostname}:8090/v1`,
})
