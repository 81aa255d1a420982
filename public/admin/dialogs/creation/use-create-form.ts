/** The state of a dialog that creates an object, or changes one; the contract's schema and the server validate its fields. */
import { useId, useState } from 'react'
import type { ZodType } from 'zod'
import { useToasts } from '../../../ui/overlays/toasts.tsx'
import { problemOf } from '../../api/problem.ts'
import { doneWords } from '../../format/done-words.ts'
import type { Command } from '../../state/commands/history.ts'
import { validationErrors } from '../../state/drafts/validation-errors.ts'
import { usePage } from '../../state/page/page.tsx'
import { showProblem } from '../../state/page/show-problem.ts'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'

export function useCreateForm<Fields extends object>(schema: ZodType, first: Fields) {
  const { history } = usePage()
  const toasts = useToasts()
  const { undo } = useCommandRunner()
  const [before] = useState(first)
  const [fields, setFields] = useState(first)
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const [busy, setBusy] = useState(false)
  const about = useId()

  return {
    fields,
    busy,
    /** Whether something has been typed that closing the dialog would lose. */
    isFilled: JSON.stringify(fields) !== JSON.stringify(before),
    /** @param path - a field, or a part of it such as `targets.0.model`. */
    errorOf: (path: string): string | undefined => errors[path],
    set(changes: Partial<Fields>) {
      setFields((old) => ({ ...old, ...changes }))
      setErrors((old) =>
        Object.fromEntries(
          Object.entries(old).filter(([path]) => !((path.split('.', 1)[0] ?? '') in changes)),
        ),
      )
    },
    /** @param body - of the request; its errors are shown at the fields. @returns whether the object was created or changed. */
    async submit(body: object, command: () => Command): Promise<boolean> {
      const fieldErrors = validationErrors(schema, body)
      setErrors(fieldErrors)
      if (Object.keys(fieldErrors).length > 0) return false
      setBusy(true)
      try {
        const create = command()
        await history.run(create)
        const title = doneWords(create.label)
        toasts.mended(about)
        toasts.success({ title, action: { label: 'Undo', onClick: () => void undo() } })
        return true
      } catch (error) {
        const atFields = problemOf(error)?.fieldErrors ?? {}
        setErrors(atFields)
        // What the fields say needs no message beside them.
        if (Object.keys(atFields).length === 0) showProblem(toasts, error, about)
        return false
      } finally {
        setBusy(false)
      }
    },
  }
}
