// Replaces placeholders of API keys in a configuration file by environment variables.
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { placeholderName } from '../../contract/config-file.ts'

/**
 * Keeps line numbers. Returns a file that cannot be parsed unchanged: the daemon reports what is wrong with it.
 * An empty variable counts as unset and replaces nothing.
 */
export function fillPlaceholders(text: string, environment: NodeJS.ProcessEnv): string {
  const { contents, errors } = parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  })
  const endpoints = isMap(contents) ? contents.get('endpoints') : undefined
  if (errors.length > 0 || !isSeq(endpoints)) return text
  const keys = endpoints.items.map((endpoint) =>
    isMap(endpoint) ? endpoint.get('api_key', true) : undefined,
  )
  // From the end, so that a replacement does not shift the ranges that are still to be replaced.
  return keys.toReversed().reduce<string>((filled, key) => {
    if (!isScalar(key) || typeof key.value !== 'string' || !key.range) return filled
    const value = environment[placeholderName(key.value) ?? '']?.trim()
    const [start, end] = key.range
    return value ? `${filled.slice(0, start)}${JSON.stringify(value)}${filled.slice(end)}` : filled
  }, text)
}
