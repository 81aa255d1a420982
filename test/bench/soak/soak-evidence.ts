// Checks each failed request against the daemon's log: it had no further endpoint, or no further attempt.
import { setTimeout as delay } from 'node:timers/promises'

/** The fields of a failed request's log line. */
interface Line {
  readonly atMs: number
  readonly attempts: number
  /** By endpoint: what it had to do with the failure. */
  readonly endpoints: Readonly<Record<string, string>>
}

interface Verdict {
  /** Endpoints that failed requests were not sent to, by the reason. */
  readonly reasons: ReadonlyMap<string, number>
  /** Failed requests that were sent to as many endpoints as they may. */
  readonly exhausted: number
  readonly findings: string[]
}

export interface Evidence {
  readLog(line: string): void
  /** The operator is about to take a wire away. */
  unwires(): void
  /** It is back. */
  wires(): void
  /** @param endpoints - number that every request may go to while no wire is missing. Drops the lines it has read. */
  judge(failed: ReadonlySet<string>, endpoints: number): Promise<Verdict>
}

const LOG_DELAY_MS = 5_000
const POLL_MS = 50

function judgeOne(line: Line, endpoints: number, mayLackWire: boolean): string | undefined {
  const standings = Object.values(line.endpoints)
  if (standings.includes('available')) return 'had another endpoint to go to'
  if (standings.length < endpoints - Number(mayLackWire)) return 'is silent about an endpoint'
  const tried = standings.filter((standing) => standing.startsWith('failed')).length
  return tried === line.attempts ? undefined : `was sent to ${line.attempts}, not ${tried}`
}

/** @param failoverAttempts - as the daemon has it. */
export function createEvidence(failoverAttempts: number): Evidence {
  const lines = new Map<string, Line>()
  /** From when to when a wire was gone. */
  const gaps: [number, number][] = []
  let goneSinceMs: number | undefined

  const lacksWire = (atMs: number): boolean =>
    (goneSinceMs !== undefined && atMs >= goneSinceMs) ||
    gaps.some(([fromMs, toMs]) => atMs >= fromMs && atMs <= toMs)

  return {
    readLog(text) {
      if (!text.includes('"endpoints":{')) return
      const line = JSON.parse(text) as Omit<Line, 'atMs'> & { request_id: string; time: string }
      lines.set(line.request_id, { ...line, atMs: Date.parse(line.time) })
    },
    unwires: () => void (goneSinceMs = Date.now()),
    wires() {
      gaps.push([goneSinceMs ?? 0, Date.now()])
      goneSinceMs = undefined
    },
    async judge(failed, endpoints) {
      const missing = (): boolean => [...failed].some((id) => !lines.has(id))
      for (const endMs = Date.now() + LOG_DELAY_MS; missing() && Date.now() < endMs;) await delay(POLL_MS)
      const reasons = new Map<string, number>()
      const findings: string[] = []
      let exhausted = 0
      for (const id of failed) {
        const line = lines.get(id)
        if (line?.attempts === failoverAttempts + 1) {
          exhausted += 1
          continue
        }
        const wrong = line ? judgeOne(line, endpoints, lacksWire(line.atMs)) : 'is not in the log'
        if (wrong) findings.push(`request ${id} ${wrong}: ${JSON.stringify(line)}`)
        for (const standing of Object.values(line?.endpoints ?? {}))
          if (!standing.startsWith('failed')) reasons.set(standing, (reasons.get(standing) ?? 0) + 1)
      }
      lines.clear()
      return { reasons, exhausted, findings }
    },
  }
}
