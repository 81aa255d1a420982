import { describe, expect, it } from 'vitest'
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

  it('are acknowledged only when they are durable', async () => {
    const { call, store } = await startAdmin()
    await store.close()
    const { status, body } = await call('PATCH', '/incoming-pos', { pos_x: 1 })
    expect(status).toBe(500)
    expect(body.code).toBe('LB_ERR_INTERNAL')
    expect((await call('GET', '/state')).body.incoming_pos.pos_x).toBe(256)
  })
})
