// Clients of the command line, installed from npm and run against the balancer; one that cannot be installed is skipped.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { temporaryFolder } from '../store/temporary-store.ts'
import { startApp, type RunningApp } from '../support/apps/running-app.ts'
import { commandLineClients, MODEL, prepareHome } from './command-line-clients.ts'
import { installClient, type Installed } from './install-client.ts'

// Longer than the prose of the simulated backend, so that the whole of it is in every response.
const tokens = { minTokens: 120, maxTokens: 120 }
const PROSE = 'the queue moves, tokens arrive one after another, and the caller reads them as they come'

const start = (fields: object = {}) =>
  startApp({ backends: [{ ...tokens, models: [MODEL] }], endpoints: fields })

const faults = [
  {
    what: 'a wrong token',
    words: 'unknown client token',
    isLasting: true,
    prepare: (app: RunningApp) => app.admin.token('another client'),
  },
  {
    what: 'no endpoint',
    words: 'no connected endpoints available',
    isLasting: false,
    prepare: (app: RunningApp) => app.admin.patchEndpoint(app.endpoint.id, { enabled: false }),
  },
  {
    what: 'a stream that breaks off',
    words: 'the endpoint closed the connection',
    isLasting: false,
    prepare: (app: RunningApp) => app.backend.setFault({ kind: 'die', afterChunks: 8 }),
  },
]

const INSTALLED_MS = 300_000
const folder = mkdtempSync(join(tmpdir(), 'lb-clients-'))
const installed = new Map<string, Installed>()

// All at once: where the registry cannot be reached, each waits for as long as it may.
beforeAll(async () => {
  const install = async ({ name, packageSpec, command }: (typeof commandLineClients)[number]) =>
    installed.set(name, await installClient(folder, packageSpec, command))
  await Promise.all(commandLineClients.map(install))
}, INSTALLED_MS)
afterAll(() => rmSync(folder, { recursive: true, force: true }), INSTALLED_MS)

describe.each(commandLineClients)('the unmodified $name', (client) => {
  async function ask(context: TestContext, { url }: RunningApp) {
    const found = installed.get(client.name) ?? { reason: 'it was not tried' }
    if ('reason' in found) return context.skip(`${client.packageSpec} cannot be installed: ${found.reason}`)
    const home = temporaryFolder()
    const work = join(home, 'work')
    mkdirSync(work)
    const child = spawn(found.command, client.argumentsFor('Say hello.'), {
      cwd: work,
      env: prepareHome(client, home, url),
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
      expect((await app.requestLines()).length).toBeGreaterThan(0)
      for (const line of await app.requestLines())
        expect(line).toMatchObject({ route: client.route, status: 200 })
    },
  )

  const met = faults.filter(({ isLasting }) => isLasting || !client.isPersistent)
  it.for(met)('shows its person in words: $what', async ({ prepare, words }, context) => {
    const app = await start()
    await prepare(app)
    const { code, shown } = await ask(context, app)
    expect(shown).toContain(words)
    expect(code, shown).not.toBe(0)
  })
})
