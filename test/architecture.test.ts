// Verifies the direction of imports: contract <- core <- {config, store, observability, cluster, http, load-engine} <- {proxy, admin, ws-bridge} <- app <- entries.
import { cruise, type IForbiddenRuleType } from 'dependency-cruiser'
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const folders = [
  'contract',
  'core',
  'config',
  'store',
  'observability',
  'cluster',
  'http',
  'load-engine',
  'simulation',
  'proxy',
  'admin',
  'ws-bridge',
  'app',
] as const
type Folder = (typeof folders)[number]

/** What each folder may import, besides itself. */
const allowed: Record<Folder, readonly Folder[]> = {
  contract: [],
  core: ['contract'],
  simulation: ['contract'],
  config: ['contract', 'core'],
  store: ['contract', 'core', 'config'],
  observability: ['contract', 'core', 'config'],
  cluster: ['contract', 'core'],
  http: ['contract', 'core'],
  'load-engine': ['contract', 'core', 'http'],
  proxy: ['contract', 'core', 'config', 'store', 'observability', 'http'],
  admin: ['contract', 'core', 'config', 'store', 'observability', 'http'],
  'ws-bridge': ['contract', 'core', 'config', 'observability', 'http', 'load-engine'],
  app: [
    'contract',
    'core',
    'config',
    'store',
    'observability',
    'cluster',
    'http',
    'proxy',
    'admin',
    'ws-bridge',
    'load-engine',
    'simulation',
  ],
}

const folderRules = folders.map((folder): IForbiddenRuleType => ({
  name: `${folder} imports only what it may`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(?:${[folder, ...allowed[folder]].join('|')})/` },
}))

const packageRule = (folder: string, packages: readonly string[], builtins: boolean): IForbiddenRuleType => ({
  name: `${folder} uses no other package than ${packages.join(', ')}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    dependencyTypes: [
      'npm',
      'npm-dev',
      'npm-no-pkg',
      'npm-unknown',
      ...(builtins ? [] : (['core'] as const)),
    ],
    pathNot: packages.map((name) => `node_modules/${name}/`),
  },
})

const rules: IForbiddenRuleType[] = [
  ...folderRules,
  packageRule('contract', ['zod'], false),
  packageRule('core', ['lru-cache'], false),
  packageRule('cluster', ['pino'], true),
  packageRule('http', [], true),
  packageRule('simulation', ['zod'], true),
  packageRule('store/tables', ['kysely'], false),
  {
    name: 'only the store knows SQLite',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/store/' },
    to: { path: 'node_modules/(?:better-sqlite3|kysely)/' },
  },
  {
    name: 'only src/store/sqlite imports the SQLite driver',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/store/sqlite/' },
    to: { path: 'node_modules/better-sqlite3/' },
  },
  {
    name: 'the tables of the store are portable and import no other part of it',
    severity: 'error',
    from: { path: '^src/store/tables/' },
    to: { path: '^src/store/(?!tables/|store\\.ts$)' },
  },
  {
    name: 'no circles',
    severity: 'error',
    from: { path: '^src/' },
    to: { circular: true },
  },
  {
    name: 'no module imports an entry',
    severity: 'error',
    from: {},
    to: { path: '^src/[^/]+\\.ts$', pathNot: '^src/is-supported-node\\.ts$' },
  },
  {
    name: 'pages know of the server its contract alone, and of the load engine what shows and checks its figures',
    severity: 'error',
    from: { path: '^public/' },
    to: {
      path: '^src/',
      pathNot: ['^src/contract/', '^src/load-engine/(?:model|platform|protocol|report)/'],
    },
  },
  {
    name: 'only the Load Producer knows the load engine',
    severity: 'error',
    from: { path: '^public/', pathNot: '^public/load-producer/' },
    to: { path: '^src/load-engine/' },
  },
  {
    name: 'what pages share knows none of them, and of the server the text of figures alone',
    severity: 'error',
    from: { path: '^public/ui/' },
    to: { path: '^(?:src/(?!contract/figures\\.ts$)|public/(?!ui/))' },
  },
  {
    name: 'the admin page and the Load Producer share only what is in ui',
    severity: 'error',
    from: { path: '^public/(admin|load-producer)/' },
    to: { path: '^public/', pathNot: '^public/(?:$1|ui)/' },
  },
  {
    name: 'the laws of the canvas import only each other and the pure modules of the page',
    severity: 'error',
    from: { path: '^public/admin/canvas/model/' },
    to: {
      path: '^(?:public|src)/',
      pathNot:
        '^(?:public/admin/(?:canvas/model/|format/|state/(?:named-objects|node-ref)\\.ts$)|src/contract/)',
    },
  },
  {
    name: 'the laws of the canvas use no package but dagre, types of React Flow aside',
    severity: 'error',
    from: { path: '^public/admin/canvas/model/' },
    to: {
      path: '(?:^|/)node_modules/',
      pathNot: 'node_modules/@dagrejs/dagre/',
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'the model and the reports of the load engine import nothing of what runs it',
    severity: 'error',
    from: { path: '^src/load-engine/(?:model|report)/' },
    to: { path: '^src/', pathNot: '^src/(?:contract/figures\\.ts$|load-engine/(?:model|report)/)' },
  },
  {
    name: 'the load engine is pure, its transport, threads and command aside',
    severity: 'error',
    from: { path: '^src/load-engine/', pathNot: '^src/load-engine/(?:transport|thread|command)/' },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown', 'core'],
      pathNot: 'node_modules/zod/',
    },
  },
  {
    name: 'no circles among the pages',
    severity: 'error',
    from: { path: '^public/' },
    to: { circular: true },
  },
]

async function violations(paths: string[]): Promise<string[]> {
  const { output } = await cruise(
    paths,
    {
      baseDir: fileURLToPath(new URL('..', import.meta.url)),
      ruleSet: { forbidden: rules },
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'] },
    },
    {},
  )
  if (typeof output === 'string') throw new Error(output)
  expect(output.summary.totalDependenciesCruised).toBeGreaterThan(300)
  return output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)
}

/** Source files, styles aside, that one folder may hold before it needs folders of its own. */
const MAX_FILES = 14

describe('the architecture', () => {
  it('keeps folders small', () => {
    const count = new Map<string, number>()
    for (const path of ['src', 'public', 'test'].flatMap((root) =>
      readdirSync(root, { recursive: true }).map((file) => `${root}/${String(file)}`),
    ))
      if (/\.tsx?$/.test(path)) count.set(dirname(path), (count.get(dirname(path)) ?? 0) + 1)
    expect(count.size).toBeGreaterThan(80)
    expect([...count].filter(([, files]) => files > MAX_FILES)).toEqual([])
  })

  it('keeps imports to one direction', async () => {
    expect(await violations(['src', 'public'])).toEqual([])
  })
})
