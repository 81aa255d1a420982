// Verifies the README's deployment instructions as far as tests can: commands, services, systemd unit, Kubernetes manifest, page policy.
import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bridgeTable } from '../src/config/bridge-table.ts'
import { environmentTable } from '../src/config/environment-table.ts'
import { readTable } from '../src/config/read-config.ts'
import { readArguments } from '../src/load-engine/command/read-arguments.ts'
import { boardArguments } from './bench/board/board-options.ts'
import { lastOf, readDockerfile, readProjectFile } from './containers/container-files.ts'
import { temporaryFolder } from './store/temporary-store.ts'
import { builtEntry, findOnPath, projectFolder } from './support/daemon-process.ts'
import { blocksOf, codesIn, section, table } from './support/readme.ts'

const run = promisify(execFile)
const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> }
const composition = parse(readProjectFile('docker-compose.yml'), { merge: true }) as {
  services: Record<string, { networks: string[]; ports?: string[]; volumes?: string[] }>
}
const services = Object.keys(composition.services)
const UNIT = 'llm-load-balancer.service'

/** The accepted forms of commands in the README, each with its check; a command of another form fails the test. */
const checks: readonly [RegExp, (...groups: string[]) => void | Promise<void>][] = [
  [/^npm (start|test)(?: -- --demo)?$/, (name) => expect(scripts).toHaveProperty([name])],
  [/^npm run ([\w:-]+)(?: -- (?:--[a-z]+ \d+ ?)+)?$/, (name) => expect(scripts).toHaveProperty([name])],
  [/^npm run bench -- board --(\w+) \d+$/, (option) => expect(boardArguments).toHaveProperty([option])],
  [/^npm run (conformance) -- --help$/, (name) => help(/(test\/\S+)$/.exec(scripts[name] ?? '')?.[1] ?? '')],
  [/^npx node (dist\/\S+) --help$/, help],
  [/^npm ci && npm run build && npm prune --omit=dev$/, () => expect(scripts).toHaveProperty('build')],
  [
    /^npx vitest run --config (\S+) (\S+)(?: (\S+))?$/,
    (...paths) =>
      paths.filter(Boolean).forEach((path) => expect(existsSync(join(projectFolder, path)), path).toBe(true)),
  ],
  // Clients of the command line and their environment, which `npm run clients` runs.
  [/^export (?:ANTHROPIC|BALANCER)_[A-Z_]+=\S+$/, () => undefined],
  [/^(?:claude|codex)$/, () => undefined],
  [/^docker run .*ghcr\.io\/open-webui\/open-webui:main$/, () => undefined],
  [/^cp (\S+) \.env$/, (path) => expect(existsSync(join(projectFolder, path))).toBe(true)],
  [/^docker compose (?:up --build --detach(?: --wait)?|ps|down)$/, () => undefined],
  [/^docker compose logs --follow (\S+)$/, (name) => expect(services).toContain(name)],
  [
    /^docker compose exec (\S+) cat (\S+)\.admin-token$/,
    (name, path) => {
      expect(services).toContain(name)
      expect(readProjectFile(`Dockerfile.${name}`)).toContain(`LB_DB_PATH=${path}\n`)
    },
  ],
  [/^systemctl (?:daemon-reload|enable --now (\S+))$/, (unit) => expect([undefined, UNIT]).toContain(unit)],
  [/^journalctl --unit (\S+) --follow$/, (unit) => expect(unit).toBe(UNIT)],
  [
    /^curl -X POST 'http:\/\/localhost:8090(\/admin\/api\/\w+)\?\S+' -H "X-Admin-Token: \$ADMIN_TOKEN" -OJ$/,
    (path) => expect(readProjectFile('README.md')).toContain(`| \`POST ${path}\` `),
  ],
  // Its own test runs it; here its form is read as the command reads it.
  [
    /^LOAD_PRODUCER_TOKEN=\S+ npx node dist\/load-producer\.js (.+)$/,
    (line = '') => {
      const args = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
      expect(readArguments(args)).toMatchObject({ command: 'run', plan: 'plan.json', out: ['report.html'] })
    },
  ],
  // readme.test.ts runs these.
  [/^export OPENAI_\w+=\S+$/, () => undefined],
  [
    /^((?:WS_\w+=\S+ )+)npx node (dist\/ws-proxy\.js)$/,
    (settings, entry) => {
      expect(existsSync(join(projectFolder, entry))).toBe(true)
      const environment: NodeJS.ProcessEnv = {}
      for (const [, name = '', value] of settings.matchAll(/(\w+)=(\S+)/g)) environment[name] = value
      expect(readTable(bridgeTable, environment)).toMatchObject({ balancer: 'localhost:8090' })
    },
  ],
]

async function help(script: string): Promise<void> {
  const { stdout } = await run(process.execPath, [join(projectFolder, script), '--help'])
  expect(stdout).toMatch(/--\w+/)
}

const commands = blocksOf('sh')
  .flatMap((text) => text.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, ''))
  .filter((line) => line !== '')

describe('the README', () => {
  it.each([...new Set(commands)])('names only existing scripts, files and services: %s', async (command) => {
    const [found, check] =
      checks.map(([pattern, act]) => [pattern.exec(command), act] as const).find(([match]) => match) ?? []
    expect(found, 'no check for this command').toBeDefined()
    await check?.(...(found?.slice(1) ?? []))
  })

  it('lists port, networks and volume of each Docker Compose service', () => {
    const listed = table('Service').map(([service = '', port, networks = '', volume = '']) => ({
      service: codesIn(service)[0],
      port,
      networks: codesIn(networks),
      volume: codesIn(volume),
    }))
    const composed = Object.entries(composition.services).map(
      ([service, { ports = [], networks, volumes = [] }]) => ({
        service,
        port: ports.map((port) => /:(\d+):/.exec(port)?.[1]).join(''),
        networks,
        volume: volumes.map((volume) => volume.split(':')[0]),
      }),
    )
    expect(listed).toEqual(composed)
  })

  it('has a unit that systemd accepts', async ({ skip }) => {
    const [text = '', ...others] = blocksOf('ini')
    expect(others).toEqual([])
    const names = [...text.matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name)
    const known = environmentTable.map(({ name }) => String(name))
    expect(names.filter((name) => !known.includes(name ?? '') && name !== 'NODE_ENV')).toEqual([])
    const drainS = readTable(environmentTable, {}).drainTimeoutS
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThan(drainS + 10)
    // `npm start` passes the same option.
    expect(text).toContain(/--max\S+/.exec(scripts['start'] ?? '')?.[0])
    const [analyze] = findOnPath('systemd-analyze')
    if (analyze === undefined) return skip('there is no systemd-analyze on the path')
    const path = join(temporaryFolder(), UNIT)
    writeFileSync(
      path,
      text
        .replace('/usr/bin/node', process.execPath)
        .replace('/opt/llm-load-balancer/dist/load-balancer.js', builtEntry('load-balancer')),
    )
    const { stdout, stderr } = await run(analyze, ['verify', path])
    // systemd-analyze names the unit's path only in warnings.
    expect(stdout + stderr).not.toContain(path)
  })

  it('has a Kubernetes manifest whose probes, user, paths and settings match the image', async () => {
    const documents = blocksOf('yaml').map((text) => parse(text) as Record<string, unknown>)
    const manifest = documents.find(({ kind }) => kind === 'Deployment') as unknown as Manifest
    const { template, replicas, strategy } = manifest.spec
    expect([replicas, strategy.type]).toEqual([1, 'Recreate'])
    const { containers, volumes, securityContext, terminationGracePeriodSeconds } = template.spec
    const [container] = containers
    if (container === undefined) throw new Error('there is no container')
    const stage = readDockerfile('Dockerfile.load-balancer').at(-1)
    if (stage === undefined) throw new Error('there is no image')
    expect(`${securityContext.runAsUser}:${securityContext.fsGroup}`).toBe(lastOf(stage, 'USER'))
    expect(container.ports.map(({ containerPort }) => String(containerPort))).toEqual([
      lastOf(stage, 'EXPOSE'),
    ])
    const { version } = JSON.parse(readProjectFile('package.json')) as { version: string }
    expect(container.image).toBe(`llm-load-balancer:${version}`)
    expect(container.securityContext).toEqual({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    })
    expect(terminationGracePeriodSeconds).toBeGreaterThan(readTable(environmentTable, {}).drainTimeoutS + 10)
    const known = environmentTable.flatMap(({ name }) => [String(name), `${name}_FILE`])
    for (const { name } of container.env) expect(known).toContain(name)
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toContain(lastOf(stage, 'VOLUME'))
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name))
    const { startApp } = await import('./support/apps/running-app.ts')
    const app = await startApp()
    for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
      expect(String(probe.httpGet.port)).toBe(lastOf(stage, 'EXPOSE'))
      expect((await app.send(probe.httpGet.path)).status).toBe(200)
    }
  })

  it('shows the content security policy of the pages', async () => {
    const { contentSecurityPolicy } = await import('../src/app/http/static-files.ts')
    const [shown = ''] = codesIn(section('Security')).filter((code) => code.startsWith('default-src'))
    expect(shown).not.toBe('')
    for (const part of shown.split('…'))
      expect(contentSecurityPolicy).toContain(part.trim().replace(/;$/, ''))
  })
})

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number }
}

interface Manifest {
  readonly spec: {
    readonly replicas: number
    readonly strategy: { readonly type: string }
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number
        readonly securityContext: { readonly runAsUser: number; readonly fsGroup: number }
        readonly containers: readonly {
          readonly image: string
          readonly ports: readonly { readonly containerPort: number }[]
          readonly env: readonly { readonly name: string }[]
          readonly startupProbe: Probe
          readonly readinessProbe: Probe
          readonly livenessProbe: Probe
          readonly securityContext: object
          readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
        }[]
        readonly volumes: readonly { readonly name: string }[]
      }
    }
  }
}
