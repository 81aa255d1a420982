// Starts the whole balancer with scripted upstreams.
import { onTestFinished } from 'vitest'
import {
  startScriptedUpstream,
  type Script,
  type ScriptedUpstream,
} from '../../conformance/scripted-upstream.ts'
import { startApp, type RunningApp } from './running-app.ts'

interface ScriptedSetup {
  /** One upstream each; the endpoints are called backend-1 and so on. */
  readonly scripts: readonly Script[]
  /** Fields of each endpoint, in the same order. */
  readonly endpoints?: readonly object[]
  readonly environment?: Readonly<Record<string, string>>
}

interface ScriptedApp {
  readonly app: RunningApp
  readonly upstreams: readonly ScriptedUpstream[]
  /** The first of them. */
  readonly upstream: ScriptedUpstream
}

/** Endpoints are tried in their order, since the routing mode is priority. */
export async function startScriptedApp(setup: ScriptedSetup): Promise<ScriptedApp> {
  const app = await startApp(setup.environment ? { environment: setup.environment } : {})
  await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
  await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
  const upstreams: ScriptedUpstream[] = []
  for (const [index, script] of setup.scripts.entries()) {
    const upstream = await startScriptedUpstream()
    onTestFinished(() => upstream.close())
    upstream.follow(script)
    upstreams.push(upstream)
    await app.admin.endpoint(`backend-${index + 1}`, `http://127.0.0.1:${upstream.port}/v1`, {
      priority_order: index + 1,
      ...setup.endpoints?.[index],
    })
  }
  const [upstream] = upstreams
  if (!upstream) throw new Error('startScriptedApp takes at least one script')
  return { app, upstreams, upstream }
}

/** Sends nothing; the test writes to the exchange. */
export const silence: Script = () => undefined

/** Responds with a status and an OpenAI error in JSON. */
export const refuseWith =
  (status: number, headers = ''): Script =>
  async (exchange) => {
    const body = JSON.stringify({ error: { message: `said with ${status}`, code: status } })
    const length = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`
    await exchange.write(`HTTP/1.1 ${status} Refused\r\n${length}${headers}\r\n${body}`)
  }
