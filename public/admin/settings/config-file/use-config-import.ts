/** The import of a configuration file: the comparison, and the application to the compared version only. */
import { useState } from 'react'
import type { ConfigAppliedView, ConfigDiffView } from '../../../../src/contract/config-file.ts'
import { useToasts } from '../../../ui/overlays/toasts.tsx'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { usePage } from '../../state/page/page.tsx'
import { showProblem } from '../../state/page/show-problem.ts'

interface ImportState {
  readonly diff?: ConfigDiffView
  /** The file is invalid. */
  readonly problem?: ApiProblem
  /** The configuration has changed since the comparison; `diff` is against the current version. */
  readonly isRenewed?: boolean
}

const isOfFile = (problem: ApiProblem | undefined): problem is ApiProblem =>
  problem !== undefined && (problem.status === 422 || problem.status === 409)

export function useConfigImport() {
  const { call, queries } = usePage()
  const toasts = useToasts()
  const [yaml, setYaml] = useState('')
  const [prune, setPrune] = useState(false)
  const [state, setState] = useState<ImportState>({})
  const [created, setCreated] = useState<ConfigAppliedView['created_tokens']>([])
  const [busy, setBusy] = useState(false)
  const body = { yaml, prune }

  const handleError = (error: unknown): void => {
    const problem = problemOf(error)
    if (isOfFile(problem)) setState({ problem })
    else showProblem(toasts, error)
  }
  const whileBusy = (work: () => Promise<void>) => async () => {
    setBusy(true)
    try {
      await work()
    } catch (error) {
      handleError(error)
    } finally {
      setBusy(false)
    }
  }
  const ask = (): Promise<ConfigDiffView> => call('POST', '/config/diff', { body })
  const send = async (diff: ConfigDiffView): Promise<void> => {
    try {
      const applied = await call<ConfigAppliedView>('POST', '/config/apply', { body, ifMatch: diff.etag })
      toasts.success(`${applied.applied} ${applied.applied === 1 ? 'change is' : 'changes are'} applied`)
      setCreated(applied.created_tokens)
      setState({})
      setYaml('')
      await queries.invalidateQueries()
    } catch (error) {
      if (problemOf(error)?.status !== 412) throw error
      setState({ diff: await ask(), isRenewed: true })
    }
  }
  return {
    ...state,
    yaml,
    prune,
    busy,
    created,
    /** Discards the result for the previous file. */
    write(text: string) {
      setYaml(text)
      setState({})
    },
    setPrune(next: boolean) {
      setPrune(next)
      setState({})
    },
    compare: whileBusy(async () => setState({ diff: await ask() })),
    apply: whileBusy(async () => {
      if (state.diff !== undefined) await send(state.diff)
    }),
    forgetCreated: () => setCreated([]),
  }
}

export type ConfigImportState = ReturnType<typeof useConfigImport>
