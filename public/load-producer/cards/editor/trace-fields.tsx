/** The fields of a replay: the trace file with its facts or error, and the speed. */
import { randomId } from '../../../ui/browser/random-id.ts'
import type { TraceFacts } from '../../../../src/load-engine/protocol/messages.ts'
import type { Arrival } from '../../../../src/load-engine/model/arrival.ts'
import { formatCount, formatMs } from '../../../../src/load-engine/report/format-figure.ts'
import { usePage } from '../../state/page.tsx'
import { FileField } from './file-field.tsx'
import { RequiredNumber } from './number-inputs.tsx'
import type { ScenarioForm } from './use-scenario-form.ts'

interface TraceFieldsProps {
  readonly form: ScenarioForm
  readonly arrival: Extract<Arrival, { kind: 'replay' }>
}

export function TraceFields({ form, arrival }: TraceFieldsProps) {
  const { engine } = usePage()
  return (
    <>
      <FileField
        kind="Trace"
        accept=".csv,.jsonl,.json,.txt"
        name={arrival.traceName}
        hint="CSV or JSON lines with time, input and output lengths."
        error={form.errorOf('arrival.traceId')}
        read={async (file) => {
          const { traceId, result } = await engine.loadTrace(randomId(), file)
          if (!result.ok) return { ok: false, text: result.error }
          form.setArrival({ traceId, traceName: file.name.slice(0, 200) })
          return { ok: true, text: traceText(result.facts) }
        }}
      />
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

function traceText({ rows, durationMs, inputTokens, outputTokens, hasPrefixes }: TraceFacts): string {
  const lengths = `${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out`
  return `${formatCount(rows)} requests over ${formatMs(durationMs)}, ${lengths}${hasPrefixes ? ', with shared beginnings' : ''}`
}
