// Clients of the command line, installed from npm and run against the balancer; one that cannot be installed is skipped.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, type TestContext } from 'vitest'
import { temporaryFolder } from '../store/temporary-store.ts'
import { startApp, type RunningApp } from '../support/apps/running-app.ts'
import { shared } from '../support/lifetime.ts'
import { commandLineClients, MODEL, prepareHome } from './command-line-clients.ts'
import { installClient } from './install-client.ts'

// Longer than the prose of the simulated backend, so that the whole of it is in every response.
const tokens = { minTokens: 120, maxTokens: 120 }
const PROSE = 'the queue moves, tokens arrive one after another, and the caller reads them as they come'

const start = (fields: object = {}) =>
  startApp({ backends: [{ ...tokens, models: [MODEL] }], endpoints: fields })

describe.each(commandLineClients)('the unmodified $name', (client) => {
  const installed = shared(() => installClient(client.packageSpec, client.command))

  async function ask(context: TestContext, { url }: RunningApp, token?: string) {
    const found = await installed()
    if ('reason' in found) return context.skip(`${client.packageSpec} cannot be installed: ${found.reason}`)
    const home = temporaryFolder()
    const folder = join(home, 'work')
    mkdirSync(folder)
    const child = spawn(found.command, client.argumentsFor('Say hello.'), {
      cwd: folder,
      env: prepareHome(client, home, url, token),
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: context.signal,
    })
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number]>,
    ])
    return { code, output, shown: `${output}${errors}` }
  }

  it.for(client.backends)(
    'prints the response of a backend of the kind: $kind',
    async ({ fields }, context) => {
      const app = await start(fields)
      const { code, output, shown } = await ask(context, app)
      expect(output.replaceAll(/\s+/g, ' '), shown).toContain(PROSE)
      expect(code, shown).toBe(0)
      expect(app.requestLines().length).toBeGreaterThan(0)
      for (const line of app.requestLines()) expect(line).toMatchObject({ route: client.route, status: 200 })
    },
  )

  it('says in words that the token is wrong, or that there is no endpoint', async (context) => {
    const app = await start()
    const { token } = await app.admin.token('a client')
    const refused = await ask(context, app, 'wrong')
    expect(refused.shown).toContain('unknown client token')
    expect(refused.code, refused.shown).not.toBe(0)
    await app.admin.patchEndpoint(app.endpoint.id, { enabled: false })
    const unserved = await ask(context, app, token)
    expect(unserved.shown).toContain('no connected endpoints available')
    expect(unserved.code, unserved.shown).not.toBe(0)
    expect(app.arrived()).toBe(0)
  })
})
