import { describe, expect, it } from 'vitest'
import { openRaw } from '../../store/temporary-store.ts'
import { chatOf, eventually, startApp } from '../../support/apps/running-app.ts'
import { open, responseOf } from '../../support/clients/http-client.ts'

/** An app in the middle of a stream, and a second program's connection to its database. */
async function startStreaming() {
  const app = await startApp({
    backends: [{ minTokens: 5000, maxTokens: 5000, tokensPerSecond: 100 }],
  })
  const client = open(`${app.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(chatOf({ stream: true })),
  })
  const response = await responseOf(client)
  let chunks = 0
  response.on('data', () => (chunks += 1))
  const createToken = (name: string) =>
    app.send('/admin/api/tokens', {
      method: 'POST',
      headers: { 'x-admin-token': 'admin-token-of-the-tests' },
      body: JSON.stringify({ name }),
    })
  const more = async (count: number): Promise<void> => {
    const aim = chunks + count
    await eventually(() => expect(chunks).toBeGreaterThan(aim))
  }
  await more(1)
  return { app, client, holder: openRaw(app.databasePath), chunks: () => chunks, more, createToken }
}

describe('a database that another program holds', () => {
  it('holds up a change, but neither streams nor what is read from memory', async () => {
    const { app, client, holder, more, createToken } = await startStreaming()
    holder.exec('begin exclusive')
    const change = createToken('waits')
    await more(20)
    const { client_tokens: tokens } = await app.admin.state()
    expect(tokens).toEqual([])
    await more(20)
    holder.exec('commit')
    expect((await change).status).toBe(200)
    client.destroy()
  })

  it('fails the changes that wait for it with 503, and streams go on', async () => {
    const { app, client, holder, chunks, createToken } = await startStreaming()
    holder.exec('begin exclusive')
    const before = chunks()
    const changes = await Promise.all(['a', 'b', 'c', 'd'].map(createToken))
    expect(chunks() - before).toBeGreaterThan(20)
    for (const change of changes) {
      expect(change.status).toBe(503)
      expect(change.headers['retry-after']).toBe('5')
      expect(change.json()).toMatchObject({ code: 'LB_ERR_STORE_BUSY' })
    }
    holder.exec('commit')
    expect((await createToken('e')).status).toBe(200)
    expect((await app.admin.state()).client_tokens.map(({ name }) => name)).toEqual(['e'])
    client.destroy()
  })
})
