// What the process may take: time to shut down, connections and memory.
import { seconds, wholeNumber } from '../value-kinds.ts'
import { variable } from '../variable.ts'

export const capacityVariables = [
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
    name: 'LB_MAX_UPLOAD_BYTES',
    key: 'maxUploadBytes',
    kind: wholeNumber(1, 1_099_511_627_776, 'bytes'),
    default: 268_435_456,
    description:
      'Largest multipart form that is accepted, such as an audio file to be transcribed. It is passed on while it arrives; of what comes before its field `model` at most `LB_MAX_REQUEST_BODY_BYTES` are kept in memory.',
  }),
  variable({
    name: 'LB_MAX_BODY_MEMORY_BYTES',
    key: 'maxBodyMemoryBytes',
    kind: wholeNumber(1, 1_099_511_627_776, 'bytes'),
    default: undefined,
    description:
      'Most memory that the bodies of all requests take that are being read, wait or are in flight, and the responses that are held to be translated; further ones get 503. Without it a quarter of the memory that the container or the machine allows.',
  }),
  variable({
    name: 'LB_PREFIX_INDEX_MB',
    key: 'prefixIndexMiB',
    kind: wholeNumber(0, 65_536, 'MiB'),
    default: 64,
    description:
      'Most memory in which it is kept which prompts the endpoints have cached, over all endpoints; with 0 no cache is regarded.',
  }),
  variable({
    name: 'LB_PREFIX_CACHE_TOKENS',
    key: 'prefixCacheTokens',
    kind: wholeNumber(0, 1_000_000_000, 'tokens'),
    default: 500_000,
    description:
      'Prompt tokens that the prefix cache of an endpoint is taken to hold where its backend does not tell. What backends report of cached tokens corrects it.',
  }),
  variable({
    name: 'LB_OBJECT_PINS_MAX',
    key: 'maxObjectPins',
    kind: wholeNumber(0, 10_000_000),
    default: 200_000,
    description:
      'Most objects, such as stored responses, for which it is remembered which endpoint keeps them; the one that was used least recently is forgotten first.',
  }),
  variable({
    name: 'LB_OBJECT_PIN_DAYS',
    key: 'objectPinDays',
    kind: wholeNumber(1, 3650),
    default: 30,
    description: 'For how many days it is remembered which endpoint keeps an object.',
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
]
