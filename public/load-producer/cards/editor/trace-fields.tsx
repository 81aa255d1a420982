/** The fields of a replay: the trace file with its facts or error, and the speed. */
import { useRef, useState } from 'react'
import { randomId } from '../../../ui/browser/random-id.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import type { Arrival } from '../../model/arrival.ts'
import { formatCount, formatMs } from '../../format/format-figure.ts'
import type { TraceLoadedReport } from '../../state/engine-client.ts'
import { usePage } from '../../state/page.tsx'
import styles from './editor.module.css'
import { RequiredNumber } from './number-inputs.tsx'
import type { ScenarioForm } from './use-scenario-form.ts'

interface TraceFieldsProps {
  readonly form: ScenarioForm
  readonly arrival: Extract<Arrival, { kind: 'replay' }>
}

export function TraceFields({ form, arrival }: TraceFieldsProps) {
  const { engine } = usePage()
  const input = useRef<HTMLInputElement>(null)
  const [isReading, setReading] = useState(false)
  const [loaded, setLoaded] = useState<TraceLoadedReport['result'] | null>(null)
  const load = async (file: File): Promise<void> => {
    setReading(true)
    const { traceId, result } = await engine.loadTrace(randomId(), file)
    setReading(false)
    setLoaded(result)
    if (result.ok) form.setArrival({ traceId, traceName: file.name.slice(0, 200) })
  }
  return (
    <>
      <div className={styles.probe}>
        <Button busy={isReading} onClick={() => input.current?.click()}>
          Choose a trace file
        </Button>
        <span className={styles.file}>{arrival.traceName === '' ? 'none chosen' : arrival.traceName}</span>
        <input
          ref={input}
          type="file"
          accept=".csv,.jsonl,.json,.txt"
          aria-label="Trace file"
          className={styles.hidden}
          onChange={(event) => {
            const [file] = event.target.files ?? []
            event.target.value = ''
            if (file) void load(file)
          }}
        />
      </div>
      <p role="status" className={loaded?.ok === false ? styles.bad : styles.hint}>
        {loaded === null
          ? 'CSV or JSON lines with time, input and output lengths. It stays in this browser, until the page is left.'
          : traceText(loaded)}
      </p>
      {form.errorOf('arrival.traceId') !== undefined && (
        <p className={styles.bad}>{form.errorOf('arrival.traceId')}</p>
      )}
      <RequiredNumber
        label="Speed"
        suffix="×"
        value={arrival.speed}
        error={form.errorOf('arrival.speed')}
        hint="2 replays twice as fast."
        onValue={(speed) => form.setArrival({ speed })}
      />
    </>
  )
}

function traceText(result: TraceLoadedReport['result']): string {
  if (!result.ok) return result.error
  const { rows, durationMs, inputTokens, outputTokens, hasPrefixes } = result.facts
  const lengths = `${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out`
  return `${formatCount(rows)} requests over ${formatMs(durationMs)}, ${lengths}${hasPrefixes ? ', with shared beginnings' : ''}`
}
