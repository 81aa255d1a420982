/** A fleet that is folded by itself, and yet quickly started: two pools of endpoints, four blocks and 48 client tokens. */
import type { Locator } from 'playwright-core'
import type { ConfigAppliedView } from '../../../../../src/contract/config-file.ts'
import { chatOf, startApp } from '../../../../support/apps/running-app.ts'

const numbered = (kind: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${kind}-${index}`)

/** Each of the four blocks is wired to six endpoints, and has twelve clients. */
export async function startSmallFleet() {
  const app = await startApp()
  const endpoints = [...numbered('gpu-a', 24), ...numbered('gpu-b', 24)]
  const blocks = numbered('team', 4)
  const file = {
    endpoints: endpoints.map((name) => ({ name, base_url: app.backend.baseUrl })),
    incoming_blocks: blocks.map((name, index) => ({
      name,
      endpoints: endpoints.filter((_, at) => at % 8 === index),
    })),
    client_tokens: numbered('client', 48).map((name, index) => ({ name, incoming_block: blocks[index % 4] })),
  }
  const body = { yaml: JSON.stringify(file), prune: true }
  const { created_tokens: tokens } = await app.admin.call<ConfigAppliedView>('POST', '/config/apply', body)
  return {
    app,
    /** Sends a request of a client. */
    ask: (client: string) => {
      const { token = '' } = tokens.find(({ name }) => name === client) ?? {}
      return app.post('/v1/chat/completions', chatOf(), { authorization: `Bearer ${token}` })
    },
  }
}

export const isInside = async (card: Locator, canvas: Locator): Promise<boolean> => {
  const [inner, outer] = [await card.boundingBox(), await canvas.boundingBox()]
  if (inner === null || outer === null) return false
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  )
}
