/** The limits and health checks of an endpoint, in its panel. */
import { DraftNumber, DraftSwitch, DraftText } from '../form/draft-fields.tsx'
import type { DraftForm } from '../form/use-draft.ts'
import styles from '../panel/panel.module.css'

export function EndpointLimits({ form }: { readonly form: DraftForm }) {
  return (
    <>
      <div className={styles.pair}>
        <DraftNumber form={form} field="max_concurrent" label="Most in flight" min={0} hint="0: no limit." />
        <DraftNumber
          form={form}
          field="timeout_seconds"
          label="Timeout"
          suffix="s"
          min={1}
          max={3600}
          hint="To the headers, and between two chunks."
        />
      </div>
      <DraftNumber
        form={form}
        field="first_byte_timeout_seconds"
        label="First byte within"
        suffix="s"
        min={0}
        max={3600}
        hint="When it sends nothing for longer, it is probed. Empty: four times the usual, at least 5 s."
      />
      <HealthPath form={form} />
      <div className={styles.pair}>
        <DraftNumber
          form={form}
          field="health_check_interval_seconds"
          label="Check every"
          suffix="s"
          min={1}
        />
        <DraftNumber
          form={form}
          field="health_check_timeout_seconds"
          label="Check waits"
          suffix="s"
          min={0}
        />
      </div>
      <DraftSwitch
        form={form}
        field="request_stream_usage"
        label="Ask for usage in streams"
        hint="Off for a backend that refuses stream_options."
      />
      <DraftSwitch
        form={form}
        field="retry_on_timeout"
        label="Retry elsewhere after a timeout"
        hint="Off where a repetition would run a second time what this backend still works on."
      />
    </>
  )
}

/** Converts an empty input to null, the contract's value for none. */
function HealthPath({ form }: { readonly form: DraftForm }) {
  return (
    <DraftText
      form={{ ...form, set: (field, value) => form.set(field, value === '' ? null : value) }}
      field="health_check_path"
      label="Health check path"
      mono
      hint="Such as /health; empty for no checks."
    />
  )
}
