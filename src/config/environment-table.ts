// The LB_* environment variables. Parsing, defaults, `--help` and the README are derived from this table.
import {
  addressRanges,
  credential,
  credentials,
  filePath,
  flag,
  headerNames,
  host,
  logLevel,
  origins,
  seconds,
  wholeNumber,
} from './value-kinds.ts'
import { variable, type ConfigOf } from './variable.ts'

export const environmentTable = [
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
    name: 'LB_LOG_LEVEL',
    key: 'logLevel',
    kind: logLevel,
    default: 'info',
    description: 'Least severe log lines to write; requests are logged at info.',
  }),
  variable({
    name: 'LB_FAIL_THRESHOLD',
    key: 'failThreshold',
    kind: wholeNumber(1, 1000),
    default: 3,
    description: 'Consecutive failures after which an endpoint is put into cooldown.',
  }),
  variable({
    name: 'LB_COOLDOWN_SECONDS',
    key: 'cooldownS',
    kind: seconds(),
    default: 20,
    description: 'How long a failing endpoint stays in cooldown.',
  }),
  variable({
    name: 'LB_FAILOVER_ATTEMPTS',
    key: 'failoverAttempts',
    kind: wholeNumber(0, 10),
    default: 2,
    description:
      'How many other endpoints a request is sent to, one after another, where one fails before its response begins; 0 for none.',
  }),
  variable({
    name: 'LB_HEDGE',
    key: 'hedge',
    kind: flag,
    default: true,
    description:
      'Whether requests that wait at a hung endpoint are moved to others: once each, and at most 5 % of the requests.',
  }),
  variable({
    name: 'LB_QUEUE_MAX',
    key: 'queueMax',
    kind: wholeNumber(0, 1_000_000),
    default: 1000,
    description:
      'Most requests that wait while every endpoint they may go to is full; 0 refuses them at once.',
  }),
  variable({
    name: 'LB_QUEUE_TIMEOUT_SECONDS',
    key: 'queueTimeoutS',
    kind: seconds(),
    default: 10,
    description: 'Longest that a request waits for an endpoint with room.',
  }),
  variable({
    name: 'LB_SSE_KEEPALIVE_SECONDS',
    key: 'sseKeepaliveS',
    kind: seconds(0),
    default: 0,
    description:
      'A stream that has waited this long for its first byte gets its status and a comment line, and one more each time as long has passed; 0 for never.',
  }),
  variable({
    name: 'LB_DEFAULT_TIMEOUT_SECONDS',
    key: 'defaultTimeoutS',
    kind: seconds(1, 3600),
    default: 120,
    description:
      'Timeout of endpoints created without one: to the response headers, and between two chunks of a response.',
  }),
  variable({
    name: 'LB_TOTAL_TIMEOUT_SECONDS',
    key: 'totalTimeoutS',
    kind: seconds(),
    default: 300,
    description: 'Time that all attempts of a request may take together until its response begins.',
  }),
  variable({
    name: 'LB_CLIENT_STALL_SECONDS',
    key: 'clientStallS',
    kind: seconds(),
    default: 60,
    description:
      'A client that reads nothing of its waiting response, or sends nothing of its body, for this long is cut off.',
  }),
  variable({
    name: 'LB_DRAIN_TIMEOUT_SECONDS',
    key: 'drainTimeoutS',
    kind: seconds(0),
    default: 30,
    description: 'Time that open requests get to finish at shutdown.',
  }),
  variable({
    name: 'LB_MAX_CONNECTIONS',
    key: 'maxConnections',
    kind: wholeNumber(1, 100_000),
    default: 500,
    description: 'Most connections to one endpoint, and so most requests it serves at once.',
  }),
  variable({
    name: 'LB_MAX_KEEPALIVE',
    key: 'maxKeepAlive',
    kind: wholeNumber(0, 100_000),
    default: 200,
    description: 'Idle connections to keep; advisory, as idle connections are closed by time.',
  }),
  variable({
    name: 'LB_MAX_REQUEST_BODY_BYTES',
    key: 'maxRequestBodyBytes',
    kind: wholeNumber(1, 268_435_456, 'bytes'),
    default: 10_485_760,
    description: 'Largest request body that is accepted.',
  }),
  variable({
    name: 'LB_MAX_BODY_MEMORY_BYTES',
    key: 'maxBodyMemoryBytes',
    kind: wholeNumber(1, 1_099_511_627_776, 'bytes'),
    default: undefined,
    description:
      'Most memory that the bodies of all requests take that are being read, wait or are in flight; further ones get 503. Without it a quarter of the memory that the container or the machine allows.',
  }),
  variable({
    name: 'LB_CACHE_MAX_ENTRIES',
    key: 'cacheMaxEntries',
    kind: wholeNumber(1, 1_000_000),
    default: 5000,
    description: 'Most responses kept in the response cache.',
  }),
  variable({
    name: 'LB_CACHE_MAX_BYTES',
    key: 'cacheMaxBytes',
    kind: wholeNumber(1, 1_099_511_627_776, 'bytes'),
    default: 67_108_864,
    description: 'Most memory the response cache may take.',
  }),
  variable({
    name: 'LB_CACHE_TTL_SECONDS',
    key: 'cacheTtlS',
    kind: seconds(),
    default: 300,
    description: 'How long a response stays in the response cache.',
  }),
  variable({
    name: 'LB_ADMIN_RATE_LIMIT_RPM',
    key: 'adminRateLimitRpm',
    kind: wholeNumber(1, 1_000_000),
    default: 300,
    description: 'Admin API requests per minute and credential; each session counts by itself.',
  }),
  variable({
    name: 'LB_ADMIN_SESSION_SECONDS',
    key: 'adminSessionS',
    kind: seconds(1, 2_592_000),
    default: 43_200,
    description: 'How long an operator stays signed in who does nothing.',
  }),
  variable({
    name: 'LB_AUDIT_DAYS',
    key: 'auditDays',
    kind: wholeNumber(0, 36_500, 'days'),
    default: 365,
    description: 'How long rows of the audit log are kept; 0 keeps all.',
  }),
  variable({
    name: 'LB_TRUSTED_PROXIES',
    key: 'trustedProxies',
    kind: addressRanges,
    default: Object.freeze([]),
    description: 'Proxies in front whose X-Forwarded-For says from which address wrong admin tokens come.',
  }),
  variable({
    name: 'LB_FORWARD_HEADERS',
    key: 'forwardHeaders',
    kind: headerNames,
    default: Object.freeze([]),
    description:
      'Further header fields of requests that backends get. Credentials of clients and fields of the connection never.',
  }),
  variable({
    name: 'LB_METRICS_TOKEN',
    key: 'metricsToken',
    kind: credential,
    default: undefined,
    secret: true,
    description: 'Bearer token that reading `/metrics` takes. Without it anybody may read them.',
  }),
  variable({
    name: 'LB_CORS_ORIGINS',
    key: 'corsOrigins',
    kind: origins,
    default: '*',
    description:
      'Origins whose pages may call the proxy and system routes; requests of other pages are refused. `*` counts only where a client token is needed. The admin API allows none.',
  }),
]

/** The daemon's configuration. Holds secrets: never log it. Names contain units; S means seconds. */
export type Config = ConfigOf<typeof environmentTable>
