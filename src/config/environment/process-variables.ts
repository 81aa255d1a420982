// The daemon itself: its tokens, database, address and log.
import { credential, credentials, filePath, flag, host, logLevel, wholeNumber } from '../value-kinds.ts'
import { variable } from '../variable.ts'
import { workerCount } from './worker-count.ts'

export const processVariables = [
  variable({
    name: 'LB_ADMIN_TOKEN',
    key: 'adminToken',
    kind: credential,
    default: undefined,
    secret: true,
    description:
      'Credential of the admin API. Without it one is made at first start, kept beside the database, and its path printed.',
  }),
  variable({
    name: 'LB_CLIENT_TOKENS',
    key: 'clientTokens',
    kind: credentials,
    default: Object.freeze([]),
    secret: true,
    description:
      'Client tokens besides those made in the admin API; they belong to the first incoming block.',
  }),
  variable({
    name: 'LB_ALLOW_ANONYMOUS',
    key: 'allowAnonymous',
    kind: flag,
    default: false,
    description: 'Whether clients without a token are served although client tokens exist.',
  }),
  variable({
    name: 'LB_DB_PATH',
    key: 'databasePath',
    kind: filePath,
    default: './data/load_balancer.db',
    description: 'The SQLite file that keeps configuration, counters and audit.',
  }),
  variable({
    name: 'LB_HOST',
    key: 'host',
    kind: host,
    default: '0.0.0.0',
    description: 'Address to listen on.',
  }),
  variable({
    name: 'LB_PORT',
    key: 'port',
    kind: wholeNumber(0, 65_535),
    default: 8090,
    description: 'TCP port to listen on; 0 takes any free one.',
  }),
  variable({
    name: 'LB_WORKERS',
    key: 'workers',
    kind: workerCount,
    default: 1,
    description:
      'Processes that serve clients; `auto` for one per core. With more than one, a further process keeps the database and serves the admin side. All limits and shares are those of all processes together.',
  }),
  variable({
    name: 'LB_LOG_LEVEL',
    key: 'logLevel',
    kind: logLevel,
    default: 'info',
    description: 'Least severe log lines to write; requests are logged at info.',
  }),
]
