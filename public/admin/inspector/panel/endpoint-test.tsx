/** Tests an endpoint, stored or not, and shows the result. */
import { useState } from 'react'
import type { EndpointFinding, EndpointTestView } from '../../../../src/contract/endpoint-test.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { duration } from '../../../ui/format/figures.ts'
import { StatusDot, type Tone } from '../../../ui/display/status-dot.tsx'
import { problemOf } from '../../api/problem.ts'
import { usePage } from '../../state/page/page.tsx'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'
import styles from './panel.module.css'

const findings = [
  ['reachable', 'Reachable'],
  ['authorised', 'Authorised'],
  ['has_models', 'Has models'],
] as const

const tones: Readonly<Record<EndpointFinding['result'], Tone>> = { yes: 'ok', no: 'bad', unknown: 'off' }

function advice({ status, error }: EndpointTestView): string {
  if (status === 401 || status === 403) return 'Check the upstream key.'
  if (status === 404) return 'Check the base URL: it mostly ends in /v1.'
  if (status !== null) return 'The backend is there, but does not list its models.'
  return error === null ? '' : 'Check the host, the port and whether the backend runs.'
}

const sentence = (text: string): string =>
  text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`

interface Tested {
  readonly key: string
  readonly result: EndpointTestView | undefined
  readonly errors: Readonly<Record<string, string>>
}

/** @param path - of the test, below /admin/api. @param body - the unsaved fields to test */
export function useEndpointTest(path: string, body: object) {
  const { call } = usePage()
  const { attempt } = useCommandRunner()
  const [busy, setBusy] = useState(false)
  const [tested, setTested] = useState<Tested>()
  // What was found out about other fields says nothing about these.
  const key = JSON.stringify(body)
  const isCurrent = tested?.key === key
  const run = async (): Promise<void> => {
    setBusy(true)
    let errors: Tested['errors'] = {}
    const result = await attempt(async () => {
      try {
        return await call<EndpointTestView>('POST', path, { body })
      } catch (error) {
        errors = problemOf(error)?.fieldErrors ?? {}
        // The field of the address says it itself.
        if (Object.keys(errors).join() === 'base_url') return undefined
        throw error
      }
    })
    setTested({ key, result, errors })
    setBusy(false)
  }
  return {
    busy,
    result: tested?.result,
    run,
    /** Of the address as it was tested; undefined where it has been changed since. */
    status: isCurrent && tested.result?.ok === false ? tested.result.status : undefined,
    errorOf: (field: string): string | undefined => (isCurrent ? tested.errors[field] : undefined),
  }
}

interface TestButtonProps extends Pick<ReturnType<typeof useEndpointTest>, 'busy' | 'run'> {
  readonly disabled?: boolean
}

export function TestButton({ busy, run, disabled = false }: TestButtonProps) {
  return (
    <Button busy={busy} disabled={disabled} onClick={() => void run()}>
      Test
    </Button>
  )
}

export function TestResult({ result }: { readonly result: EndpointTestView | undefined }) {
  if (result === undefined) return null
  return (
    <div role="status" className={styles.result}>
      <div className={styles.line}>
        <StatusDot tone={result.ok ? 'ok' : 'bad'} />
        <strong>
          {result.ok
            ? `Answered in ${duration(result.latency_ms)}`
            : result.status === null
              ? 'No answer'
              : `Answered with status ${result.status}`}
        </strong>
      </div>
      <ul className={styles.findings}>
        {findings.map(([key, title]) => (
          <li key={key} className={styles.line}>
            <StatusDot tone={tones[result[key].result]} />
            <span>
              {title}: {result[key].result} <span className={styles.muted}>({result[key].detail})</span>
            </span>
          </li>
        ))}
      </ul>
      {result.ok ? (
        <p className={styles.muted}>{result.models.join(', ')}</p>
      ) : (
        <p className={styles.muted}>
          {sentence(result.error ?? '')} {advice(result)}
        </p>
      )}
    </div>
  )
}
