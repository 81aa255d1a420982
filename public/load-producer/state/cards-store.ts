/** The store of the cards and their actions. Cards are saved in the browser without their keys. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { check } from '../../../src/load-engine/model/field-schemas.ts'
import { makeProfile, profileCards, profileSchema } from '../../../src/load-engine/model/profile.ts'
import type { Scenario } from '../../../src/load-engine/model/scenario.ts'
import { firstScenario, uniqueName, newCard, type Card } from './card.ts'
import type { Database } from './database.ts'
import type { EngineClient } from './engine-client.ts'
import type { LiveStore } from './live-store.ts'
import type { RunAutosave } from './run-autosave.ts'
import type { TestToken } from './test-token.ts'

export interface CardsStore extends StoreApi<{ readonly cards: readonly Card[] }> {
  start(card: Card): void
  stop(card: Card): void
  startAll(): void
  stopAll(): void
  /** Discards the figures of the card. */
  reset(card: Card): void
  /** Saves the scenario and sends it to the engine if the card is running; `appliesLive` decides which fields apply. */
  edit(card: Card, scenario: Scenario): void
  /** @param at - index of the new card; at the end by default. */
  add(scenario: Scenario, at?: number): Card
  remove(card: Card): void
  /** Stops and discards all cards, then adds new ones. @returns the previous cards. */
  replace(scenarios: readonly Scenario[]): readonly Card[]
  /** Stops and discards all cards, then restores the given ones. */
  restore(cards: readonly Card[]): void
  isRunning(cardId: string): boolean
}

interface CardsStoreParts {
  readonly engine: EngineClient
  readonly live: LiveStore
  readonly database: Database
  readonly autosave: RunAutosave
  readonly testToken: TestToken
}

/** A run may last longer than its test token, which is asked for again in time. */
const RENEW_EVERY_MS = 25 * 60_000
const DRAFT = 'cards'

async function readDraft(database: Database): Promise<Scenario[] | undefined> {
  const [draft] = await database.readAll('page').catch(() => [])
  const checked = check(profileSchema, draft)
  return checked.ok ? profileCards(checked.value) : undefined
}

/** Renews the test token while cards run, and gives running cards a new one after the connection was lost. */
function keepTestToken(live: LiveStore, testToken: TestToken, renew: () => void): void {
  setInterval(renew, RENEW_EVERY_MS)
  live.subscribe(({ bridge }, before) => {
    if (bridge.state !== 'open' || before.bridge.state === 'open') return
    testToken.forget()
    renew()
  })
}

export function createCardsStore(parts: CardsStoreParts): CardsStore {
  const { engine, live, database, autosave, testToken } = parts
  const store = createStore<{ readonly cards: readonly Card[] }>(() => ({ cards: [] }))
  const all = (): readonly Card[] => store.getState().cards
  const isRunning = (cardId: string): boolean => live.getState().cards[cardId]?.snapshot.state === 'running'
  const set = (cards: readonly Card[]): void => {
    store.setState({ cards })
    const draft = makeProfile(
      DRAFT,
      cards.map(({ scenario }) => scenario),
    )
    // Without storage, the cards are lost when the page closes.
    void database.write('page', DRAFT, draft).catch(() => undefined)
  }
  /** Sends a card to the engine with the key that its requests carry. */
  const send = (type: 'start' | 'update', { id, scenario }: Card): void =>
    void testToken.keyFor(scenario).then((key) => {
      if (all().some((card) => card.id === id))
        engine.send({ type, cardId: id, scenario: { ...scenario, key } })
    })
  const forget = ({ id }: Card): void => {
    if (isRunning(id)) engine.send({ type: 'stop', cardId: id })
    autosave.beforeForget()
    engine.send({ type: 'reset', cardId: id })
    live.forget(id)
  }
  const start = ({ id, scenario }: Card): void => {
    autosave.beforeStart()
    live.forget(id)
    send('start', { id, scenario })
  }
  keepTestToken(live, testToken, () =>
    all()
      .filter(({ id, scenario }) => isRunning(id) && testToken.covers(scenario))
      .forEach((card) => send('update', card)),
  )
  void readDraft(database).then((scenarios) => set((scenarios ?? [firstScenario()]).map(newCard)))
  return {
    ...store,
    isRunning,
    start,
    stop: ({ id }) => engine.send({ type: 'stop', cardId: id }),
    startAll: () =>
      all()
        .filter(({ id }) => !isRunning(id))
        .forEach(start),
    stopAll: () => engine.send({ type: 'stop_all' }),
    reset: forget,
    edit(card, scenario) {
      set(all().map((one) => (one.id === card.id ? { ...one, scenario } : one)))
      if (isRunning(card.id)) send('update', { ...card, scenario })
    },
    add(scenario, at = all().length) {
      const card = newCard({ ...scenario, name: uniqueName(scenario.name, all()) })
      set(all().toSpliced(at, 0, card))
      return card
    },
    remove(card) {
      forget(card)
      set(all().filter(({ id }) => id !== card.id))
    },
    replace(scenarios) {
      const before = all()
      before.forEach(forget)
      set(scenarios.map(newCard))
      return before
    },
    restore(before) {
      all().forEach(forget)
      set(before)
    },
  }
}
