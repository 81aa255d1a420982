/** The store of the cards and their actions. Cards are saved in the browser without their keys. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { check } from '../model/field-schemas.ts'
import { makeProfile, profileCards, profileSchema } from '../model/profile.ts'
import type { Scenario } from '../model/scenario.ts'
import { firstScenario, uniqueName, newCard, type Card } from './card.ts'
import type { Database } from './database.ts'
import type { EngineClient } from './engine-client.ts'
import type { LiveStore } from './live-store.ts'
import type { RunAutosave } from './run-autosave.ts'

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
}

const DRAFT = 'cards'

async function readDraft(database: Database): Promise<Scenario[] | undefined> {
  const [draft] = await database.readAll('page').catch(() => [])
  const checked = check(profileSchema, draft)
  return checked.ok ? profileCards(checked.value) : undefined
}

export function createCardsStore({ engine, live, database, autosave }: CardsStoreParts): CardsStore {
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
  const forget = ({ id }: Card): void => {
    if (isRunning(id)) engine.send({ type: 'stop', cardId: id })
    autosave.beforeForget()
    engine.send({ type: 'reset', cardId: id })
    live.forget(id)
  }
  const start = ({ id, scenario }: Card): void => {
    autosave.beforeStart()
    live.forget(id)
    engine.send({ type: 'start', cardId: id, scenario })
  }
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
      if (isRunning(card.id)) engine.send({ type: 'update', cardId: card.id, scenario })
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
