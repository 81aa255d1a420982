// Who may do what from where: sessions, the audit, proxies in front and pages of other origins.
import { addressRanges, credential, headerNames, origins, seconds, wholeNumber } from '../value-kinds.ts'
import { variable } from '../variable.ts'

export const accessVariables = [
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
    description: 'Further header fields of requests that backends get.',
  }),
  variable({
    name: 'LB_METRICS_TOKEN',
    key: 'metricsToken',
    kind: credential,
    default: undefined,
    secret: true,
    description: 'Bearer token that reading `/metrics` takes. Without it they are open.',
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
