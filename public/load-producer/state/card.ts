/** A card on the page: a scenario with an id of its own. */
import { defaultScenario, type Scenario } from '../model/scenario.ts'

export interface Card {
  readonly id: string
  readonly scenario: Scenario
}

export const newCard = (scenario: Scenario): Card => ({ id: crypto.randomUUID(), scenario })

/** A name that no other card has: `soak`, `soak 2`, … */
export function uniqueName(wanted: string, cards: readonly Card[]): string {
  const taken = new Set(cards.map(({ scenario }) => scenario.name))
  const base = wanted.replace(/ \d+$/, '').slice(0, 70)
  let name = wanted
  for (let number = 2; taken.has(name); number += 1) name = `${base} ${number}`
  return name
}

/** Whether the page stands below a balancer, which then is its own target and host. */
export const isServedByBalancer = (): boolean => location.pathname.startsWith('/load-producer')

/** Aimed at the balancer that serves the page, or at the one beside the page's own host. */
export const firstScenario = (): Scenario => ({
  ...defaultScenario,
  name: 'first run',
  url: isServedByBalancer() ? `${location.origin}/v1` : `${location.protocol}//${location.hostname}:8090/v1`,
})
