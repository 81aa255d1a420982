// Command line of the conformance suite: `npm run conformance -- --base-url http://host:port/v1 …`.
import { parseArgs } from 'node:util'
import type { GatewayProcess } from './conformance-case.ts'
import { createAdminGateway, createPreparedGateway, type Gateway } from './gateway.ts'
import { caseNames, runConformance } from './run-conformance.ts'

const usage = `Runs the streaming failures of an OpenAI-compatible gateway as named cases.

  --base-url URL         of the gateway, ending in /v1
  --admin URL            of this balancer's admin API, ending in /admin/api. The suite makes a block, a client
                         token and endpoints of its own, and deletes them. A gateway that was open to all asks for
                         client tokens from then on: use one that is there for this.
  --admin-token TOKEN    else LB_ADMIN_TOKEN
  --upstream-port PORT   instead of --admin: the gateway has been pointed at http://127.0.0.1:PORT/v1 by hand
  --token TOKEN          with --upstream-port: the bearer token to send
  --pid PID              the gateway's process, which the last case ends with SIGTERM
  --only TEXT            only cases whose name has this in it
  --patience-seconds N   how long to wait for anything (10)
  --cut-within-ms N      from a client's leaving to the cut at the upstream (1500)
  --list                 names of all cases
`

const { values } = parseArgs({
  options: {
    'base-url': { type: 'string' },
    admin: { type: 'string' },
    'admin-token': { type: 'string' },
    'upstream-port': { type: 'string' },
    token: { type: 'string' },
    pid: { type: 'string' },
    only: { type: 'string' },
    'patience-seconds': { type: 'string', default: '10' },
    'cut-within-ms': { type: 'string', default: '1500' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

async function openGateway(): Promise<Gateway | undefined> {
  const { 'base-url': baseUrl, admin, 'admin-token': adminToken, 'upstream-port': port, token } = values
  if (baseUrl === undefined) return undefined
  if (admin !== undefined) {
    const secret = adminToken ?? process.env['LB_ADMIN_TOKEN'] ?? ''
    return createAdminGateway(withoutSlash(baseUrl), withoutSlash(admin), secret)
  }
  if (port === undefined) return undefined
  return createPreparedGateway(
    withoutSlash(baseUrl),
    Number(port),
    token === undefined ? undefined : `Bearer ${token}`,
  )
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function processOf(pid: number): GatewayProcess {
  return { terminate: () => void process.kill(pid, 'SIGTERM'), hasEnded: () => !isAlive(pid) }
}

async function run(gateway: Gateway): Promise<boolean> {
  const { only, pid } = values
  try {
    const { passed, failed } = await runConformance({
      gateway,
      process: pid === undefined ? undefined : processOf(Number(pid)),
      patience: {
        waitMs: Number(values['patience-seconds']) * 1000,
        cutMs: Number(values['cut-within-ms']),
      },
      isSelected: only === undefined ? undefined : (name) => name.includes(only),
      report: (line) => console.log(line),
    })
    return failed === 0 && passed > 0
  } finally {
    // A gateway that has exited keeps the suite's block, token and endpoint in its database.
    await gateway.dispose().catch(() => undefined)
  }
}

if (values.list) console.log(caseNames().join('\n'))
else if (values.help) console.log(usage)
else {
  const gateway = await openGateway()
  if (gateway === undefined) console.error(usage)
  process.exitCode = gateway !== undefined && (await run(gateway)) ? 0 : 1
}
