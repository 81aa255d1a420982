// Migration 1: the tables of the first release.
import { type CreateTableBuilder, type Kysely, sql } from 'kysely'

// Ids must never be reused, which only AUTOINCREMENT guarantees.
function createObjectTable(db: Kysely<unknown>, name: string): CreateTableBuilder<string, string> {
  return db.schema
    .createTable(name)
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('pos_x', 'real', (column) => column.notNull())
    .addColumn('pos_y', 'real', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'text')
}

async function createEndpoints(db: Kysely<unknown>): Promise<void> {
  await createObjectTable(db, 'endpoints')
    .addColumn('base_url', 'text', (column) => column.notNull())
    .addColumn('api_key', 'text', (column) => column.notNull())
    .addColumn('timeout_seconds', 'real', (column) => column.notNull())
    .addColumn('verify_tls', 'integer', (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('token_quota_percent', 'real', (column) => column.notNull())
    .addColumn('priority_order', 'integer', (column) => column.notNull())
    .addColumn('max_concurrent', 'integer', (column) => column.notNull())
    .addColumn('request_stream_usage', 'integer', (column) => column.notNull())
    .addColumn('total_requests', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('total_success', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('total_failures', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('consecutive_failures', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('avg_latency_ms', 'real', (column) => column.notNull().defaultTo(0))
    .addColumn('prompt_tokens_total', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('completion_tokens_total', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createIndex('endpoints_live_name')
    .unique()
    .on('endpoints')
    .column('name')
    .where(sql.ref('deleted_at'), 'is', null)
    .execute()
}

async function createTokens(db: Kysely<unknown>): Promise<void> {
  await createObjectTable(db, 'client_tokens')
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('preview', 'text', (column) => column.notNull())
    .addColumn('incoming_block_id', 'integer', (column) =>
      column.references('incoming_blocks.id').onDelete('set null'),
    )
    .addColumn('preferred_endpoint_id', 'integer', (column) =>
      column.references('endpoints.id').onDelete('set null'),
    )
    .addColumn('request_priority', 'integer', (column) => column.notNull())
    .addColumn('min_traffic_percent', 'real', (column) => column.notNull())
    .addColumn('total_requests', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('prompt_tokens_total', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('completion_tokens_total', 'bigint', (column) => column.notNull().defaultTo(0))
    .addCheckConstraint('live_token_has_block', sql`deleted_at is not null or incoming_block_id is not null`)
    .execute()
  await db.schema
    .createIndex('client_tokens_live_digest')
    .unique()
    .on('client_tokens')
    .column('digest')
    .where(sql.ref('deleted_at'), 'is', null)
    .execute()
  for (const column of ['incoming_block_id', 'preferred_endpoint_id']) {
    await db.schema.createIndex(`client_tokens_${column}`).on('client_tokens').column(column).execute()
  }
}

async function createWires(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('wires')
    .addColumn('incoming_block_id', 'integer', (column) =>
      column.notNull().references('incoming_blocks.id').onDelete('cascade'),
    )
    .addColumn('endpoint_id', 'integer', (column) =>
      column.notNull().references('endpoints.id').onDelete('cascade'),
    )
    .addPrimaryKeyConstraint('wires_key', ['incoming_block_id', 'endpoint_id'])
    .execute()
  await db.schema.createIndex('wires_endpoint_id').on('wires').column('endpoint_id').execute()
}

async function createAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('object_type', 'text', (column) => column.notNull())
    .addColumn('object_id', 'text')
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .execute()
}

export async function createTables(db: Kysely<unknown>): Promise<void> {
  await createEndpoints(db)
  await createObjectTable(db, 'incoming_blocks').execute()
  await createTokens(db)
  await createWires(db)
  await db.schema
    .createTable('settings')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
  await createAudit(db)
}
