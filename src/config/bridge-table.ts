// The WS_* environment variables of the WebSocket bridge. Parsing, defaults, `--help` and the README are derived from this table.
import {
  folderPath,
  host,
  hosts,
  logLevel,
  origins,
  rewrites,
  seconds,
  subprotocolToken,
  target,
  targets,
  wholeNumber,
} from './value-kinds.ts'
import { variable, type ConfigOf } from './variable.ts'

export const bridgeTable = [
  variable({
    name: 'WS_HOST',
    key: 'host',
    kind: host,
    default: '0.0.0.0',
    description: 'Address to listen on.',
  }),
  variable({
    name: 'WS_PORT',
    key: 'port',
    kind: wholeNumber(0, 65_535),
    default: 8765,
    description: 'TCP port to listen on; 0 takes any free one.',
  }),
  variable({
    name: 'WS_LOG_LEVEL',
    key: 'logLevel',
    kind: logLevel,
    default: 'info',
    description: 'Least severe log lines to write.',
  }),
  variable({
    name: 'WS_BALANCER',
    key: 'balancer',
    kind: target,
    default: 'load-balancer:8090',
    description: 'The balancer; on it the paths /chat/completions and /models gain their /v1.',
  }),
  variable({
    name: 'WS_HOST_REWRITES',
    key: 'hostRewrites',
    kind: rewrites,
    default: undefined,
    description:
      'Targets that are sent elsewhere. Without it localhost and 127.0.0.1 on port 8090 mean the balancer.',
  }),
  variable({
    name: 'WS_ALLOWED_TARGETS',
    key: 'allowedTargets',
    kind: targets,
    default: undefined,
    description:
      'Targets that calls may go to, after rewriting. Without it the balancer alone. Link-local and metadata addresses never.',
  }),
  variable({
    name: 'WS_INSECURE_TARGETS',
    key: 'insecureTargets',
    kind: targets,
    default: Object.freeze([]),
    description: 'Targets among them whose TLS certificate is not verified.',
  }),
  variable({
    name: 'WS_ALLOWED_ORIGINS',
    key: 'allowedOrigins',
    kind: origins,
    default: Object.freeze([]),
    description: 'Origins whose pages may connect, besides pages of the host that they connect to.',
  }),
  variable({
    name: 'WS_PUBLIC_HOSTS',
    key: 'publicHosts',
    kind: hosts,
    default: Object.freeze([]),
    description:
      'Public host names under which pages reach the bridge while WS_TOKEN is not set. Addresses and names of private networks need not be named.',
  }),
  variable({
    name: 'WS_TOKEN',
    key: 'token',
    kind: subprotocolToken,
    default: undefined,
    secret: true,
    description: 'Where set, a page must offer it as subprotocol bearer.TOKEN.',
  }),
  variable({
    name: 'WS_MAX_CONCURRENT',
    key: 'maxConcurrent',
    kind: wholeNumber(1, 100_000),
    default: 1000,
    description:
      'Most calls under way at once, of the load engine of each page and of single calls of all pages; further ones wait, first come first served.',
  }),
  variable({
    name: 'WS_REQUEST_TIMEOUT_SECONDS',
    key: 'requestTimeoutS',
    kind: seconds(),
    default: 300,
    description: 'Longest that a call may take from when it is sent to the end of its response.',
  }),
  variable({
    name: 'WS_DRAIN_TIMEOUT_SECONDS',
    key: 'drainTimeoutS',
    kind: seconds(0),
    default: 10,
    description: 'Time that calls under way get to finish at shutdown.',
  }),
  variable({
    name: 'WS_DATA_PATH',
    key: 'dataPath',
    kind: folderPath,
    default: undefined,
    description: 'Folder that keeps saved profiles for /data. Without it there are none on the server.',
  }),
]

/** The bridge's configuration. Holds a secret: never log it. Names contain units; S means seconds. */
export type BridgeConfig = ConfigOf<typeof bridgeTable>
