// The way of a request: failures, the queue and how long each step may take.
import { flag, seconds, unknownModels, wholeNumber } from '../value-kinds.ts'
import { variable } from '../variable.ts'

export const requestVariables = [
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
    name: 'LB_MODELS_REFRESH_SECONDS',
    key: 'modelsRefreshS',
    kind: seconds(0),
    default: 60,
    description:
      "How often each endpoint is asked for its list of models; 0 for never: then only the endpoints' own fields say what they serve.",
  }),
  variable({
    name: 'LB_LOAD_INTERVAL_SECONDS',
    key: 'loadIntervalS',
    kind: seconds(0),
    default: 1,
    description:
      'How often each endpoint whose `load_source` is not `none` is asked for its own load; 0 for never. Of more than 200 endpoints 200 are asked each second.',
  }),
  variable({
    name: 'LB_UNKNOWN_MODELS',
    key: 'unknownModels',
    kind: unknownModels,
    default: 'any',
    description:
      'What an endpoint takes whose models are not known, as it has not listed them yet or lists none: `any` model, or `refuse` for none.',
  }),
  variable({
    name: 'LB_TRANSLATE_MESSAGES',
    key: 'translatesMessages',
    kind: flag,
    default: true,
    description:
      "Whether requests of Anthropic's `/v1/messages` are translated into chat completions for endpoints that serve these alone.",
  }),
  variable({
    name: 'LB_SERVE_FILES',
    key: 'servesFiles',
    kind: flag,
    default: false,
    description:
      'Whether `/v1/files` and `/v1/batches` are served: each file and batch by the endpoint that keeps it.',
  }),
  variable({
    name: 'LB_PASS_UNKNOWN_ROUTES',
    key: 'passUnknownRoutes',
    kind: flag,
    default: false,
    description:
      'Whether GET and POST requests below `/v1` of calls that the balancer does not know are passed on, with bodies in JSON.',
  }),
  variable({
    name: 'LB_ROUTE_HEADER',
    key: 'routeHeader',
    kind: flag,
    default: false,
    description: 'Whether responses say in `X-LB-Route` why their endpoint was selected.',
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
      'A client that reads nothing of its waiting response, or sends nothing of its body, for this long is cut off (a reader within half as long again).',
  }),
]
