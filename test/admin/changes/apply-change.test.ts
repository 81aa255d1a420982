import { describe, expect, it } from 'vitest'
import { gatewayError } from '../../../src/core/gateway-error.ts'
import { createApplyChange } from '../../../src/admin/changes/apply-change.ts'
import type { Store } from '../../../src/store/store.ts'
import { startAdmin } from '../start-admin.ts'

describe('changes', () => {
  it('sent at once are all applied, one after another, and survive a restart', async () => {
    const first = await startAdmin()
    const ids = [await first.endpoint('a'), await first.endpoint('b')]
    const patches = Array.from({ length: 50 }, (_value, i) => ({
      id: ids[i % 2],
      body: i % 4 < 2 ? { priority_order: i } : { max_concurrent: i },
    }))
    const answers = await Promise.all(
      patches.map(({ id, body }) => first.call('PATCH', `/endpoints/${id}`, body)),
    )
    for (const [i, answer] of answers.entries()) {
      expect(answer.status).toBe(200)
      expect(answer.body).toMatchObject({ id: patches[i]?.id, ...patches[i]?.body })
    }
    const { body: before } = await first.call('GET', '/state')
    // Each row starts from where the row before it on the same field ended: no update was lost.
    const rows = (await first.audit('?limit=1000')).toReversed()
    expect(rows).toHaveLength(52)
    const fields = new Map<string, unknown>()
    for (const { object_id, before, after } of rows) {
      for (const [name, value] of Object.entries(before ?? {})) {
        expect(fields.get(`${object_id}.${name}`)).toEqual(value)
      }
      for (const [name, value] of Object.entries(after ?? {})) fields.set(`${object_id}.${name}`, value)
    }
    await first.close()
    const second = await startAdmin({ path: first.path })
    const { body: after } = await second.call('GET', '/state')
    expect(after.endpoints).toEqual(before.endpoints)
    expect(await second.audit('?limit=1000')).toHaveLength(52)
  })

  it('do not stop after one that failed', async () => {
    const { call, endpoint } = await startAdmin()
    await endpoint('a')
    const create = (name: string) => call('POST', '/endpoints', { name, base_url: 'http://127.0.0.1' })
    const answers = await Promise.all(['a', 'b', 'a', 'c', 'c'].map(create))
    expect(answers.map(({ status }) => status)).toEqual([409, 200, 409, 200, 409])
  })

  it('that fail leave state, store, audit and log unchanged', async () => {
    const { call, endpoint, state, store, logLines, changes } = await startAdmin()
    await endpoint('a')
    await endpoint('b', { connected: true })
    const before = { snapshot: state.snapshot(), stored: await store.readConfiguration(), changes: changes() }
    expect((await call('PATCH', '/endpoints/1', { name: 'b', connected: true })).status).toBe(409)
    expect(state.snapshot()).toBe(before.snapshot)
    expect(await store.readConfiguration()).toEqual(before.stored)
    expect(await store.readAudit({ limit: 10 })).toHaveLength(2)
    expect(await logLines()).toHaveLength(2)
    expect(changes()).toBe(before.changes)
  })

  it('that wait for one that finds the database held fail with it, and later ones are tried', async () => {
    const { store, state } = await startAdmin()
    let [isHeld, tried] = [true, 0]
    const heldStore: Store = {
      ...store,
      async transaction(work) {
        tried += 1
        await Promise.resolve()
        if (isHeld) throw gatewayError('LB_ERR_STORE_BUSY', 'held')
        return store.transaction(work)
      },
    }
    const { applyBatch } = createApplyChange({
      state,
      store: heldStore,
      auditLog: { record: () => undefined },
      checkWholeVersion: () => undefined,
    })
    const change = () =>
      applyBatch(
        { actor: 'test', requestId: 'r', ifMatch: undefined },
        { work: () => Promise.resolve(null), touched: () => [], response: () => 'changed' },
      )
    const busy = { status: 'rejected', reason: { code: 'LB_ERR_STORE_BUSY' } }
    expect(await Promise.allSettled([change(), change(), change(), change()])).toMatchObject(
      Array(4).fill(busy),
    )
    expect(tried).toBe(1)
    isHeld = false
    expect(await change()).toBe('changed')
  })

  it('are acknowledged only when they are durable', async () => {
    const { call, store } = await startAdmin()
    await store.close()
    const { status, body } = await call('PATCH', '/incoming-pos', { pos_x: 1 })
    expect(status).toBe(500)
    expect(body.code).toBe('LB_ERR_INTERNAL')
    expect((await call('GET', '/state')).body.incoming_pos.pos_x).toBe(256)
  })
})
