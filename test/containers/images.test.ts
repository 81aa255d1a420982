// Follows the Dockerfiles without a container engine, and starts the result as the user that they name.
import { chmodSync, existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callAdmin, findOnPath, launch } from '../support/daemon-process.ts'
import { buildImage, openWorkshop, type Workshop } from './build-image.ts'
import { lastOf, pairsOf, readDockerfile, readProjectFile, type Stage } from './container-files.ts'
import { isFull } from '../support/effort.ts'

const BUILD_MS = 600_000
const files = ['Dockerfile.load-balancer', 'Dockerfile.ws-proxy'] as const
const { version } = JSON.parse(readProjectFile('package.json')) as { version: string }
const images = files.flatMap((file) =>
  readDockerfile(file)
    .filter(({ instructions }) => instructions.some(({ word }) => word === 'ENTRYPOINT'))
    .map(
      (stage) =>
        [stage.name === 'load-producer' ? 'load-producer' : file.replace('Dockerfile.', ''), stage] as const,
    ),
)

describe('the Dockerfiles', () => {
  it('make three images', () => {
    expect(images.map(([name]) => name)).toEqual(['load-balancer', 'load-producer', 'ws-proxy'])
  })

  it.each(images)(
    'of %s name a user without rights, a health check, labels, and a process that gets signals itself',
    (_name, stage) => {
      expect(lastOf(stage, 'USER')).toBe('1000:1000')
      expect(lastOf(stage, 'HEALTHCHECK')).toMatch(/CMD \["/)
      expect(JSON.parse(lastOf(stage, 'ENTRYPOINT') ?? '')).toEqual(
        expect.arrayContaining([expect.any(String)]),
      )
      expect(stage.instructions.map(({ word }) => word)).not.toContain('RUN')
      expect(pairsOf(stage, 'LABEL')).toMatchObject({
        'org.opencontainers.image.title': expect.any(String) as string,
        'org.opencontainers.image.description': expect.any(String) as string,
        'org.opencontainers.image.licenses': 'MIT',
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.base.name': `docker.io/library/${stage.base}`,
      })
    },
  )

  it('run on the Node.js that the project pins, and build alike', () => {
    const { devDependencies } = JSON.parse(readProjectFile('package.json')) as {
      devDependencies: { node: string }
    }
    const major = /\d+/.exec(devDependencies.node)?.[0]
    const [first = [], second = []] = files.map(readDockerfile)
    for (const { base } of [...first, ...second])
      if (base.startsWith('node:')) expect(base).toBe(`node:${major}-slim`)
    expect(first.slice(0, 3)).toEqual(second.slice(0, 3))
  })
})

const reason = ((): string | undefined => {
  if (process.platform !== 'linux') return 'images are built on Linux'
  if (process.getuid?.() === 0 && findOnPath('setpriv').length === 0) return 'there is no setpriv on the path'
  return findOnPath('npm').length === 0 ? 'there is no npm on the path' : undefined
})()

// Each image builds the whole project anew: a minute, spent only where everything is tested.
describe.skipIf(!isFull)(`what they build (${reason ?? 'as user 1000'})`, () => {
  let workshop: Workshop

  beforeAll(() => {
    workshop = openWorkshop(mkdtempSync(join(tmpdir(), 'lb-images-')))
  }, BUILD_MS)
  // Hundreds of thousands of files.
  afterAll(() => rm(workshop.folder, { recursive: true, force: true }), BUILD_MS)

  async function build(file: (typeof files)[number]) {
    const stages = await buildImage(workshop, file)
    const image = [...stages.values()].at(-1)
    if (!image) throw new Error(`${file} has no stage`)
    const app = join(image.root, image.workdir)
    // As its root is read-only in the composition.
    chmodSync(app, 0o755)
    // Absolute paths of the image are below its root here.
    const placed = Object.entries(image.environment).map(([name, value]) => [
      name,
      value.startsWith('/') ? join(image.root, value) : value,
    ])
    const environment = {
      ...workshop.environment,
      ...(Object.fromEntries(placed) as Record<string, string>),
    }
    const inImage = (command: readonly string[], more: Readonly<Record<string, string>>) => {
      const [executable = '', ...args] = [
        ...workshop.as,
        join(workshop.folder, 'bin', command[0] ?? ''),
        ...command.slice(1),
      ]
      return launch({
        command: [executable, ...args],
        folder: app,
        environment: { ...environment, ...more },
      })
    }
    return { app, image, inImage }
  }

  const entryOf = (stage: Stage) => JSON.parse(lastOf(stage, 'ENTRYPOINT') ?? '[]') as string[]
  const healthOf = (stage: Stage) =>
    JSON.parse(/CMD (\[.*\])/.exec(lastOf(stage, 'HEALTHCHECK') ?? '')?.[1] ?? '[]') as string[]
  const packagesIn = (app: string): string[] => readdirSync(join(app, 'node_modules'))

  it(
    'of the balancer has what production needs and no more, starts, answers, keeps its data, and ends on SIGTERM',
    { timeout: BUILD_MS },
    async () => {
      const { app, image, inImage } = await build('Dockerfile.load-balancer')
      expect(readdirSync(app).sort()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json'])
      expect(packagesIn(app)).toEqual(expect.arrayContaining(['fastify', 'undici', 'better-sqlite3']))
      for (const name of ['node', 'typescript', 'vitest', 'react'])
        expect(packagesIn(app)).not.toContain(name)
      expect(existsSync(join(app, 'dist/public/admin/index.html'))).toBe(true)
      const where = { LB_HOST: '127.0.0.1', LB_PORT: '0', LB_ADMIN_TOKEN: 'token-of-the-container' }
      const daemon = inImage(entryOf(image.stage), where)
      const url = String((await daemon.logged('listening'))['url'])
      expect((await fetch(`${url}/livez`)).status).toBe(200)
      expect((await fetch(`${url}/admin`)).status).toBe(200)
      await callAdmin({ url }, 'POST', '/endpoints', {
        token: where.LB_ADMIN_TOKEN,
        body: { name: 'kept', base_url: 'http://127.0.0.1:1/v1' },
      })
      expect(
        await inImage(healthOf(image.stage), { ...where, LB_PORT: new URL(url).port }).exit,
      ).toMatchObject({ code: 0, stderr: '' })
      expect(readdirSync(join(image.root, 'data'))).toContain('load_balancer.db')
      daemon.kill('SIGTERM')
      expect((await daemon.exit).code).toBe(0)
    },
  )

  it(
    'of the bridge starts, answers, keeps profiles, and ends on SIGTERM',
    { timeout: BUILD_MS },
    async () => {
      const { app, image, inImage } = await build('Dockerfile.ws-proxy')
      expect(readdirSync(app).sort()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json'])
      const where = { WS_HOST: '127.0.0.1', WS_PORT: '0' }
      const bridge = inImage(entryOf(image.stage), where)
      const { port } = await bridge.logged('listening')
      const url = `http://127.0.0.1:${Number(port)}`
      expect((await fetch(`${url}/data/a.json`, { method: 'PUT', body: '{}' })).status).toBe(200)
      expect(readdirSync(join(image.root, 'data'))).toEqual(['a.json'])
      expect(
        await inImage(healthOf(image.stage), { ...where, WS_PORT: String(Number(port)) }).exit,
      ).toMatchObject({ code: 0, stderr: '' })
      bridge.kill('SIGTERM')
      expect((await bridge.exit).code).toBe(0)
    },
  )

  it(
    'of the Load Producer is its built page and the configuration of nginx',
    { timeout: BUILD_MS },
    async () => {
      const producer = (await buildImage(workshop, 'Dockerfile.ws-proxy')).get('load-producer')
      const root = producer?.root ?? ''
      expect(readdirSync(join(root, 'usr/share/nginx/html')).sort()).toEqual(
        expect.arrayContaining(['assets', 'index.html', 'index.html.gz']),
      )
      expect(existsSync(join(root, 'etc/nginx/nginx.conf'))).toBe(true)
    },
  )
})
