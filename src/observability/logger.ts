// Creates the logger: one JSON object per line.
import { pino, type Logger } from 'pino'
import { censorSecrets } from './censor-secrets.ts'
import { createIsoTime } from './iso-time.ts'
import type { LogDestination } from './log-destination.ts'

interface LoggerOptions {
  /** pino's names; `silent` logs nothing. */
  readonly level: string
  readonly destination: LogDestination
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** Lines have `level` as a word and `time` in ISO 8601; members named like a secret are replaced at any depth. */
export function createLogger({ level, destination, now = Date.now }: LoggerOptions): Logger {
  const isoTime = createIsoTime(now)
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${isoTime()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: censorSecrets,
      },
      // censorSecrets has turned errors into plain objects.
      serializers: { err: (error: unknown) => error },
    },
    destination,
  )
}
