// The store's face: all the rest of the daemon knows of persistence. Promises throughout; no SQLite in its types.
import type { AuditEntry, AuditQuery } from '../contract/audit.ts'
import type {
  BlockConfig,
  Configuration,
  EndpointConfig,
  RoutingSettings,
  TokenConfig,
} from '../core/configuration.ts'
import type { StoredCounters } from '../core/counters.ts'

type Stamped = 'id' | 'createdAt' | 'updatedAt'
export type EndpointValues = Omit<EndpointConfig, Stamped>
export type BlockValues = Omit<BlockConfig, Stamped>
export type TokenValues = Omit<TokenConfig, Stamped>

/** An audit row before the store gives it its id. */
export type AuditRecord = Omit<AuditEntry, 'id'>

/** A table of soft-deletable objects inside one transaction. */
interface Objects<Values, Config> {
  insert(values: Values): Promise<Config>
  /** Writes the given fields and updated_at. @returns undefined where no live row has the id. */
  update(id: number, values: Partial<Values>): Promise<Config | undefined>
  /** Writes positions alone; leaves updated_at as it is. */
  move(id: number, position: { posX: number; posY: number }): Promise<boolean>
  /** Soft: the row stays restorable for 30 days. @returns false where no live row has the id. */
  delete(id: number): Promise<boolean>
  /**
   * Brings a deleted row back with id, wires (to what still lives), counters and secrets.
   * @returns undefined where no deleted row has the id; throws a LB_ERR_CONFLICT gateway error where its name (endpoint)
   * or digest (token) has been taken meanwhile.
   */
  restore(id: number): Promise<Config | undefined>
}

/** One transaction: everything in it happens, with its audit rows, or nothing does. */
export interface StoreTransaction {
  /** Duplicate live name: throws a LB_ERR_CONFLICT gateway error. */
  readonly endpoints: Objects<EndpointValues, EndpointConfig>
  readonly blocks: Objects<BlockValues, BlockConfig>
  /** Duplicate live digest: throws a LB_ERR_CONFLICT gateway error. insert also marks that tokens were ever created. */
  readonly tokens: Objects<TokenValues, TokenConfig>
  readonly wires: {
    /** Idempotent. */
    add(blockId: number, endpointId: number): Promise<void>
    /** @returns whether there was such a wire. */
    remove(blockId: number, endpointId: number): Promise<boolean>
    /** Writes the wires of `fromBlockId` for `toBlockId` too. */
    copy(fromBlockId: number, toBlockId: number): Promise<void>
  }
  saveSettings(settings: Partial<RoutingSettings>): Promise<void>
  /** The configuration as this transaction sees it. */
  readConfiguration(): Promise<Configuration>
  appendAudit(record: AuditRecord): Promise<void>
}

export interface Store {
  /** Runs `work` in one transaction; rolls back when it throws. Transactions run one after another. */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>
  readConfiguration(): Promise<Configuration>
  readCounters(): Promise<StoredCounters>
  /** Writes the given rows' counters in one transaction; unknown ids are passed over. */
  writeCounters(counters: StoredCounters): Promise<void>
  /** Newest first. */
  readAudit(query: AuditQuery): Promise<AuditEntry[]>
  /** Removes for good what was deleted more than 30 days ago. @param now - milliseconds since the epoch. */
  purgeDeleted(now: number): Promise<void>
  vacuum(): Promise<void>
  /** Whether the database answers. */
  isOpen(): boolean
  close(): Promise<void>
}
