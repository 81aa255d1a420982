// The interface of the store. It is asynchronous and independent of the database behind it.
import type { AuditEntry, AuditQuery } from '../contract/audit.ts'
import type {
  AliasConfig,
  BlockConfig,
  Configuration,
  EndpointConfig,
  GroupColor,
  NoteConfig,
  RoutingSettings,
  TokenConfig,
} from '../core/state/configuration.ts'
import type { StoredCounters } from '../core/state/counters.ts'
import type { HistorySample } from '../core/history/history-sample.ts'
import type { HistoryWindow } from '../core/history/history-window.ts'
import type { HistoryObject, StoredHistory } from './tables/history-table.ts'
import type { ObjectPin, PinChanges } from '../core/pins/object-pins.ts'

type Stamped = 'id' | 'createdAt' | 'updatedAt'
export type EndpointValues = Omit<EndpointConfig, Stamped>
export type BlockValues = Omit<BlockConfig, Stamped>
export type TokenValues = Omit<TokenConfig, Stamped>
export type AliasValues = Omit<AliasConfig, Stamped>
export type NoteValues = Omit<NoteConfig, Stamped>

/** An audit row before the store gives it its id. */
export type AuditRecord = Omit<AuditEntry, 'id'>

export interface ObjectPosition {
  readonly id: number
  readonly posX: number
  readonly posY: number
}

/** The soft-deletable objects of one kind inside one transaction. */
export interface ObjectStore<Values, Config> {
  insert(values: Values): Promise<Config>
  /** Writes the given fields and updated_at. @returns undefined if no live row has the id. */
  update(id: number, values: Partial<Values>): Promise<Config | undefined>
  /**
   * Soft deletion: the row can be restored for 30 days. Live tokens lose the deleted endpoint as their preferred one, live
   * tokens of a deleted block move to the remaining block with the lowest id, and the settings lose a prioritised token.
   * @returns false if no live row has the id.
   */
  delete(id: number): Promise<boolean>
  /**
   * Restores a deleted row with its id, counters, secrets and its wires to live objects. A token whose block is deleted is
   * restored in the block with the lowest id; one whose preferred endpoint is deleted is restored without it.
   * Throws a LB_ERR_CONFLICT gateway error if a live row has the same name (endpoint, alias) or digest (token).
   * @returns undefined if no deleted row has the id.
   */
  restore(id: number): Promise<Config | undefined>
}

/** Objects with a place on the canvas. */
export interface PlacedStore<Values, Config> extends ObjectStore<Values, Config> {
  /** Writes positions without changing updated_at. @returns false if an id belongs to no live row. */
  move(positions: readonly ObjectPosition[]): Promise<boolean>
}

export interface WireStore {
  /** Idempotent. Both must exist. */
  add(blockId: number, endpointId: number): Promise<void>
  /** @returns whether the wire existed. */
  remove(blockId: number, endpointId: number): Promise<boolean>
  /** Adds the wires of `fromBlockId` to `toBlockId`. */
  copy(fromBlockId: number, toBlockId: number): Promise<void>
}

export interface GroupColorStore {
  set(group: GroupColor): Promise<void>
  /** Idempotent. */
  clear(name: string): Promise<void>
}

/** One transaction: all its writes, audit rows included, are committed or none. */
export interface StoreTransaction {
  /** Throws a LB_ERR_CONFLICT gateway error for a name that another live endpoint has. */
  readonly endpoints: PlacedStore<EndpointValues, EndpointConfig>
  readonly blocks: PlacedStore<BlockValues, BlockConfig>
  /** Throws a LB_ERR_CONFLICT gateway error for a digest that another live token has. insert also sets tokensEverCreated. */
  readonly tokens: PlacedStore<TokenValues, TokenConfig>
  /** Throws a LB_ERR_CONFLICT gateway error for a name that another live alias has. */
  readonly aliases: ObjectStore<AliasValues, AliasConfig>
  readonly notes: PlacedStore<NoteValues, NoteConfig>
  readonly groupColors: GroupColorStore
  readonly wires: WireStore
  saveSettings(settings: Partial<RoutingSettings>): Promise<void>
  /** The configuration with the writes of this transaction. */
  readConfiguration(): Promise<Configuration>
  appendAudit(record: AuditRecord): Promise<void>
}

export interface Store {
  /**
   * Runs `work` in one transaction, which is rolled back if it throws. All operations of the store run one after another,
   * so `work` may use only `tx` and must not await anything slow.
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>
  /** Lists without writes since the last reading are returned as the same objects. */
  readConfiguration(): Promise<Configuration>
  /** Reads the counters of all rows, including deleted ones. */
  readCounters(): Promise<StoredCounters>
  /** Writes the given counters in one transaction; unknown ids are skipped. */
  writeCounters(counters: StoredCounters): Promise<void>
  /** The pins that have not expired, the oldest first. @param now - milliseconds since the epoch. */
  readObjectPins(now: number): Promise<ObjectPin[]>
  /** In one transaction. */
  writeObjectPins(changes: PinChanges): Promise<void>
  /** Adds to the history, in one transaction. */
  writeHistory(samples: readonly HistorySample[]): Promise<void>
  readHistory(window: HistoryWindow, object: HistoryObject): Promise<StoredHistory>
  /** Removes what is too old or too much of the history. @param now - milliseconds since the epoch. */
  trimHistory(now: number): Promise<void>
  /** Newest first. */
  readAudit(query: AuditQuery): Promise<AuditEntry[]>
  /** Ids of sessions that were signed out and whose cookies have not expired. @param now - milliseconds since the epoch. */
  readEndedSessions(now: number): Promise<string[]>
  /** @param until - when the session's last cookie expires. Both times are in milliseconds since the epoch. */
  addEndedSession(id: string, until: number, now: number): Promise<void>
  /** Permanently removes objects that were deleted more than 30 days ago, and pins that have expired. @param now - milliseconds since the epoch. */
  purgeDeleted(now: number): Promise<void>
  /** Removes the rows of the audit log from before a time. @param before - milliseconds since the epoch. */
  trimAudit(before: number): Promise<void>
  vacuum(): Promise<void>
  /** Whether the database responds. */
  isOpen(): boolean
  /** Waits for pending operations. May be called more than once. */
  close(): Promise<void>
}
