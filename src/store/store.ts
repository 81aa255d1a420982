// The store's face: all the rest of the daemon knows of persistence. Promises throughout; no SQLite in its types.
import type { AuditEntry, AuditQuery } from '../contract/audit.ts'
import type {
  BlockConfig,
  Configuration,
  EndpointConfig,
  RoutingSettings,
  TokenConfig,
} from '../core/state/configuration.ts'
import type { StoredCounters } from '../core/state/counters.ts'

type Stamped = 'id' | 'createdAt' | 'updatedAt'
export type EndpointValues = Omit<EndpointConfig, Stamped>
export type BlockValues = Omit<BlockConfig, Stamped>
export type TokenValues = Omit<TokenConfig, Stamped>

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
  /** Writes the given fields and updated_at. @returns undefined where no live row has the id. */
  update(id: number, values: Partial<Values>): Promise<Config | undefined>
  /** Writes positions alone; leaves updated_at as it is. @returns false where an id is of no live row. */
  move(positions: readonly ObjectPosition[]): Promise<boolean>
  /**
   * Soft: the row stays restorable for 30 days. An endpoint is cleared from the live tokens that preferred it, a block's live
   * tokens go to the remaining block with the lowest id, a prioritised token is cleared from the settings.
   * @returns false where no live row has the id.
   */
  delete(id: number): Promise<boolean>
  /**
   * Brings a deleted row back with id, wires (to what still lives), counters and secrets. A token whose block no longer
   * lives comes back in the block with the lowest id; one whose preferred endpoint does not, comes back without it.
   * @returns undefined where no deleted row has the id; throws a LB_ERR_CONFLICT gateway error where its name (endpoint)
   * or digest (token) has been taken meanwhile.
   */
  restore(id: number): Promise<Config | undefined>
}

export interface WireStore {
  /** Idempotent. Both must exist. */
  add(blockId: number, endpointId: number): Promise<void>
  /** @returns whether there was such a wire. */
  remove(blockId: number, endpointId: number): Promise<boolean>
  /** Writes the wires of `fromBlockId` for `toBlockId` too. */
  copy(fromBlockId: number, toBlockId: number): Promise<void>
}

/** One transaction: everything in it happens, with its audit rows, or nothing does. */
export interface StoreTransaction {
  /** Duplicate live name: throws a LB_ERR_CONFLICT gateway error. */
  readonly endpoints: ObjectStore<EndpointValues, EndpointConfig>
  readonly blocks: ObjectStore<BlockValues, BlockConfig>
  /** Duplicate live digest: throws a LB_ERR_CONFLICT gateway error. insert also marks that tokens were ever created. */
  readonly tokens: ObjectStore<TokenValues, TokenConfig>
  readonly wires: WireStore
  saveSettings(settings: Partial<RoutingSettings>): Promise<void>
  /** The configuration as this transaction sees it. */
  readConfiguration(): Promise<Configuration>
  appendAudit(record: AuditRecord): Promise<void>
}

export interface Store {
  /**
   * Runs `work` in one transaction; rolls back when it throws. Transactions, and all else the store does, run one after
   * another: inside `work` only `tx` may be used, and nothing slow awaited.
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>
  /** Lists that no write has touched since the last reading are the same objects again. */
  readConfiguration(): Promise<Configuration>
  /** Of all rows, deleted ones included. */
  readCounters(): Promise<StoredCounters>
  /** Writes the given rows' counters in one transaction; unknown ids are passed over. */
  writeCounters(counters: StoredCounters): Promise<void>
  /** Newest first. */
  readAudit(query: AuditQuery): Promise<AuditEntry[]>
  /** Ids of sessions that were signed out before their time. @param now - milliseconds since the epoch. */
  readEndedSessions(now: number): Promise<string[]>
  /** @param until - from then on the session would have ended anyway. Both in milliseconds since the epoch. */
  addEndedSession(id: string, until: number, now: number): Promise<void>
  /** Removes for good what was deleted more than 30 days ago. @param now - milliseconds since the epoch. */
  purgeDeleted(now: number): Promise<void>
  vacuum(): Promise<void>
  /** Whether the database answers. */
  isOpen(): boolean
  /** Waits for what has been asked before; may be called twice. */
  close(): Promise<void>
}
