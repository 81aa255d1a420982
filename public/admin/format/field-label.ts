/** The name of a field as people read it: `Token quota` of `token_quota_percent`; the units stand beside the figures. */
import { capitalize } from './capitalize.ts'

export function fieldLabel(field: string): string {
  const words = field
    .replace(/_(percent|seconds|id)$/, '')
    .replaceAll('_', ' ')
    .replace(/\b(url|tls|api)\b/g, (short) => short.toUpperCase())
  return capitalize(words)
}
