// Executes the steps of a Dockerfile in folders, as an unprivileged user and without a container engine.
import { execFile, execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { projectFolder } from '../support/daemon-process.ts'
import {
  buildContext,
  pairsOf,
  readDockerfile,
  readProjectFile,
  type Instruction,
  type Stage,
} from './container-files.ts'

const UID = 1000
const isRoot = process.getuid?.() === 0

export interface Workshop {
  /** Folder of the build: each stage has its own subfolder. */
  readonly folder: string
  /** Runs a command as the user without rights. */
  run(command: string, folder: string, environment?: Readonly<Record<string, string>>): Promise<void>
  /** Executable and arguments that run what follows them as that user. */
  readonly as: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  /** Folders of built stages by all that went into them, as image builders keep layers. */
  readonly layers: Map<string, string>
}

/** @param folder - empty. Its `context` gets what .dockerignore lets in, and its `bin` this Node.js and nothing else of the project. */
export function openWorkshop(folder: string): Workshop {
  const as = isRoot ? ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', '--no-new-privs'] : []
  const own = (path: string): void => {
    mkdirSync(path)
    chmodSync(path, 0o777)
  }
  for (const name of ['context', 'bin', 'home', 'stages']) own(join(folder, name))
  chmodSync(folder, 0o755)
  for (const name of buildContext()) {
    const source = join(projectFolder, name)
    if (!existsSync(source)) throw new Error(`.dockerignore lets ${name} in, which is not there`)
    cpSync(source, join(folder, 'context', name), { recursive: true, verbatimSymlinks: true })
  }
  cpSync(process.execPath, join(folder, 'bin', 'node'))
  const path = (process.env['PATH'] ?? '').split(':').filter((part) => !part.includes('node_modules'))
  const environment = {
    PATH: [join(folder, 'bin'), ...path].join(':'),
    HOME: join(folder, 'home'),
    npm_config_cache: join(folder, 'home', '.npm'),
    npm_config_loglevel: 'error',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    // Where packages come from is the machine's business.
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) =>
        /^(npm_config_registry|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i.test(name),
      ),
    ),
  }
  const run: Workshop['run'] = async (command, cwd, more = {}) => {
    const [executable = 'sh', ...args] = [...as, 'sh', '-ec', command]
    await promisify(execFile)(executable, args, {
      cwd,
      env: { ...environment, ...more },
      maxBuffer: 64 * 1024 * 1024,
    })
  }
  return { folder, run, as, environment, layers: new Map() }
}

/** A stage's root folder, and what its instructions have said so far. */
interface Build {
  readonly root: string
  readonly workdir: string
  readonly environment: Readonly<Record<string, string>>
}

const inside = (root: string, workdir: string, path: string): string =>
  join(root, path.startsWith('/') ? path : join(workdir, path))

function copy({ folder }: Workshop, build: Build, roots: ReadonlyMap<string, string>, text: string): void {
  const words = text.split(/\s+/)
  const flags = words.filter((word) => word.startsWith('--'))
  const [target = '', ...sources] = words.slice(flags.length).reverse()
  const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length)
  const sourceRoot = from === undefined ? join(folder, 'context') : roots.get(from)
  if (sourceRoot === undefined) throw new Error(`COPY from ${from}, which is no stage`)
  const destination = inside(build.root, build.workdir, target)
  for (const source of sources) {
    // A folder's content goes into the target, a file takes its place unless the target is a folder.
    const isFile = statSync(join(sourceRoot, source)).isFile()
    const to =
      isFile && (sources.length > 1 || target.endsWith('/')) ? join(destination, source) : destination
    mkdirSync(dirname(to), { recursive: true })
    cpSync(join(sourceRoot, source), to, { recursive: true, verbatimSymlinks: true })
    if (isRoot && flags.includes(`--chown=${UID}:${UID}`)) chownSync(to, UID, UID)
  }
}

/** Whether the command has made the project's own node_modules, from the package files of the folder. */
function hasInstalledProject(command: string, folder: string): boolean {
  const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> }
  const lock = join(projectFolder, 'package-lock.json')
  const installed = join(projectFolder, 'node_modules/.package-lock.json')
  return (
    scripts['install-if-needed']?.includes(` ${command} `) === true &&
    readdirSync(folder).sort().join() === 'package-lock.json,package.json' &&
    readdirSync(folder).every((name) => readFileSync(join(folder, name), 'utf8') === readProjectFile(name)) &&
    existsSync(installed) &&
    statSync(installed).mtimeMs > statSync(lock).mtimeMs
  )
}

/** Installs the project's packages as hard links, or as copies where links cannot be made, as on another device. */
function linkPackages(folder: string): void {
  const [source, target] = [join(projectFolder, 'node_modules'), join(folder, 'node_modules')]
  // The caches of tools start with a dot, and are written to.
  const names = readdirSync(source).filter((name) => /^([^.]|\.bin$|\.package-lock\.json$)/.test(name))
  const copyAll = (...flags: string[]) => {
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target)
    chmodSync(target, 0o777)
    execFileSync('cp', ['-a', ...flags, '--', ...names, target], { cwd: source, stdio: 'pipe' })
  }
  try {
    copyAll('--link')
  } catch {
    copyAll()
  }
}

async function runCommand(workshop: Workshop, { root, workdir, environment }: Build, command: string) {
  const folder = inside(root, workdir, '.')
  // A layer that is known, as image builders have it; `npm ci --omit=dev` is run in the same folder.
  if (hasInstalledProject(command, folder)) linkPackages(folder)
  else await workshop.run(command, folder, environment)
}

async function follow(
  workshop: Workshop,
  build: Build,
  roots: ReadonlyMap<string, string>,
  instruction: Instruction,
): Promise<Build> {
  const { word, text } = instruction
  switch (word) {
    case 'WORKDIR':
      mkdirSync(inside(build.root, '/', text), { recursive: true, mode: 0o777 })
      chmodSync(inside(build.root, '/', text), 0o777)
      return { ...build, workdir: text }
    case 'COPY':
      copy(workshop, build, roots, text)
      return build
    case 'RUN':
      await runCommand(workshop, build, text)
      return build
    case 'ENV':
      return {
        ...build,
        environment: {
          ...build.environment,
          ...pairsOf({ name: '', base: '', instructions: [instruction] }, 'ENV'),
        },
      }
    case 'ENTRYPOINT':
    case 'EXPOSE':
    case 'HEALTHCHECK':
    case 'LABEL':
    case 'USER':
    case 'VOLUME':
      return build
    default:
      throw new Error(`${word} is not followed here`)
  }
}

/** @returns the root folders of all stages, by their names. Stages that are alike are built once in a workshop. */
export async function buildImage(
  workshop: Workshop,
  dockerfile: string,
): Promise<Map<string, Build & { stage: Stage }>> {
  const roots = new Map<string, string>()
  const built = new Map<string, Build & { stage: Stage }>()
  for (const stage of readDockerfile(dockerfile)) {
    const base = built.get(stage.base)
    const recipe = JSON.stringify([base?.root ?? stage.base, stage.instructions])
    const known = workshop.layers.get(recipe)
    const root = known ?? mkdtempSync(join(workshop.folder, 'stages', `${stage.name.replaceAll(' ', '-')}-`))
    let build: Build = { root, workdir: base?.workdir ?? '/', environment: base?.environment ?? {} }
    if (known === undefined) {
      chmodSync(root, 0o777)
      if (base) await workshop.run(`cp -R . '${root}'`, base.root)
    }
    for (const instruction of stage.instructions)
      if (known === undefined || instruction.word === 'WORKDIR')
        build = await follow(workshop, build, roots, instruction)
    workshop.layers.set(recipe, root)
    roots.set(stage.name, root)
    built.set(stage.name, { ...build, stage })
  }
  return built
}
