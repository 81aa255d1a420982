/** The label of a field: `Token quota` for `token_quota_percent`; units are shown beside the figures. */
import { capitalize } from './capitalize.ts'

export function fieldLabel(field: string): string {
  const words = field
    .replace(/_(percent|seconds|id)$/, '')
    .replaceAll('_', ' ')
    .replace(/\b(url|tls|api)\b/g, (short) => short.toUpperCase())
  return capitalize(words)
}
