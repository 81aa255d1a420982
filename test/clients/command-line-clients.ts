// The clients of the command line that `npm run clients` runs, configured by the lines of the README.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { section } from '../support/readme.ts'

const README_URL = 'http://localhost:8090'

/** The model of the README's lines. */
export const MODEL = 'demo-model'

interface CommandLineClient {
  readonly name: string
  /** With its version. */
  readonly packageSpec: string
  readonly command: string
  /** Heading of the README's section. */
  readonly section: string
  /** What a file of the private home contains: the section's first block of this language. */
  readonly file?: { readonly path: string; readonly language: string }
  /** What keeps it at home and quick, beside what the README's section exports. */
  readonly environment: Readonly<Record<string, string>>
  readonly argumentsFor: (prompt: string) => readonly string[]
  /** Whether it repeats, for minutes and unasked, what may succeed later. */
  readonly isPersistent: boolean
  /** Route that it calls. */
  readonly route: string
  /** Backends that it is tried with, by the fields of their endpoint. */
  readonly backends: readonly { readonly kind: string; readonly fields: object }[]
}

const anyBackend = { kind: 'any', fields: {} }

export const commandLineClients: readonly CommandLineClient[] = [
  {
    name: 'Claude Code',
    packageSpec: '@anthropic-ai/claude-code@2.1.332',
    command: 'claude',
    section: "Anthropic's library and Claude Code",
    environment: {
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: '0',
      DISABLE_AUTOUPDATER: '1',
    },
    argumentsFor: (prompt) => ['--print', prompt],
    isPersistent: false,
    route: '/v1/messages',
    backends: [anyBackend, { kind: 'chat-only', fields: { apis: ['chat'] } }],
  },
  {
    name: 'Codex',
    packageSpec: '@openai/codex@0.171.0',
    command: 'codex',
    section: 'Codex',
    file: { path: '.codex/config.toml', language: 'toml' },
    environment: {},
    argumentsFor: (prompt) => [
      ...['exec', '--skip-git-repo-check', '--sandbox', 'read-only'],
      ...['--config', 'model_providers.balancer.request_max_retries=0'],
      ...['--config', 'model_providers.balancer.stream_max_retries=0'],
      prompt,
    ],
    isPersistent: false,
    route: '/v1/responses',
    backends: [anyBackend],
  },
  {
    name: 'opencode',
    packageSpec: 'opencode-ai@1.18.33',
    command: 'opencode',
    section: 'opencode',
    file: { path: '.config/opencode/opencode.json', language: 'json' },
    environment: {
      BALANCER_TOKEN: 'any',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
    },
    argumentsFor: (prompt) => ['run', prompt],
    isPersistent: true,
    route: '/v1/chat/completions',
    backends: [anyBackend],
  },
]

/** Where every way out of this machine ends. */
const offline = {
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  NO_PROXY: '127.0.0.1,localhost',
}

const exportsIn = (text: string): [string, string][] =>
  [...text.matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value])

/** Writes the client's file into its private home. @returns its whole environment: nothing of this process's but PATH. */
export function prepareHome(client: CommandLineClient, home: string, url: string): NodeJS.ProcessEnv {
  const atBalancer = (text: string): string => text.replaceAll(README_URL, url)
  const text = section(client.section)
  if (client.file) {
    const path = join(home, client.file.path)
    const [, content = ''] =
      new RegExp(`^\`\`\`${client.file.language}\n([^]*?)^\`\`\`$`, 'm').exec(text) ?? []
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, atBalancer(content))
  }
  const environment = { ...client.environment, ...Object.fromEntries(exportsIn(text)) }
  return {
    PATH: process.env['PATH'],
    HOME: home,
    ...offline,
    ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, atBalancer(value)])),
  }
}
