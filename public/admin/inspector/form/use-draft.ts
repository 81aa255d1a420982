/** A form for one object: its stored fields overlaid by the draft. Updates from the server change the fields that are not drafted. */
import { useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { ZodObject } from 'zod'
import { useToasts } from '../../../ui/overlays/toasts.tsx'
import { problemOf } from '../../api/problem.ts'
import { isSame, type Fields } from '../../state/drafts/fields.ts'
import { mergeEdits, type Merge } from '../../state/drafts/merge-edits.ts'
import { errorsByField } from '../../state/drafts/errors-by-field.ts'
import { validationErrors } from '../../state/drafts/validation-errors.ts'
import { editObject } from '../../state/commands/object-commands.ts'
import { usePage } from '../../state/page/page.tsx'
import { fieldLabel } from '../../format/field-label.ts'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'
import { showProblem } from '../../state/page/show-problem.ts'
import { nodeKey, type NodeRef } from '../../state/node-ref.ts'

interface Stored {
  readonly id: number
  readonly name: string
  readonly etag: string
}

interface Conflict {
  readonly mine: Fields
  /** The object when this operator's edit began. */
  readonly base: Fields
  /** What both have changed, and what the other one alone has. */
  readonly merge: Merge
  /** null where the object has been deleted. */
  readonly theirs: (Fields & Partial<Stored>) | null
}

export interface DraftForm {
  readonly isDirty: boolean
  readonly isValid: boolean
  /** The errors that prevent saving, by field. */
  readonly validationErrors: readonly string[]
  readonly busy: boolean
  readonly conflict: Conflict | undefined
  valueOf(field: string): unknown
  errorOf(field: string): string | undefined
  set(field: string, value: unknown): void
  /** @returns whether the draft was saved. */
  save(): Promise<boolean>
  discard(): void
  /** After a conflict: saves the draft over the current version of the object. */
  keepMine(): Promise<boolean>
  closeConflict(): void
}

const conflictOf = (mine: Fields, base: Fields, theirs: Conflict['theirs'], schema: ZodObject): Conflict => ({
  mine,
  base,
  theirs,
  merge: mergeEdits(base, mine, theirs ?? {}, Object.keys(schema.shape)),
})

const faultsIn = (values: Fields, schema: ZodObject): Readonly<Record<string, string>> =>
  errorsByField(validationErrors(schema, values), values)

/** What an undo sets back: the page does not have secret fields such as a key. */
const restorable = (changes: Fields, fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => field in changes))

/** Whether the edit may be saved over the other operator's, who has changed other fields. */
const isMergeable = ({ theirs, merge }: Conflict): boolean =>
  theirs !== null && merge.conflicting.length === 0

/** @param schema - the contract's schema of the PATCH; the page validates with it and shows the server's messages */
export function useDraft(node: NodeRef, stored: Stored & object, schema: ZodObject): DraftForm {
  const { call, drafts, history } = usePage()
  const toasts = useToasts()
  const { undo } = useCommandRunner()
  const draft = useStore(drafts, (all) => all[nodeKey(node)])
  const [busy, setBusy] = useState(false)
  const [conflict, setConflict] = useState<Conflict>()
  const fields = stored as Stored & Fields
  const changes = draft?.changes ?? {}
  const fieldErrors = useMemo(() => faultsIn(draft?.changes ?? {}, schema), [schema, draft])
  const about = nodeKey(node)
  const isDirty = Object.keys(changes).length > 0

  function put(next: Fields, etag: string): void {
    if (Object.keys(next).length === 0) drafts.drop(node)
    else drafts.put(node, { changes: next, base: draft?.base ?? fields, etag, serverErrors: {} })
  }

  function handleSaveError(error: unknown, problem = problemOf(error)): void {
    const current = drafts.of(node)
    // What the fields say needs no message beside them.
    if (problem && current && Object.keys(problem.fieldErrors).length > 0)
      drafts.put(node, { ...current, serverErrors: errorsByField(problem.fieldErrors, changes) })
    else showProblem(toasts, error, about)
  }

  async function store(etag: string | undefined, isMerged = false): Promise<boolean> {
    if (!isDirty || Object.keys(fieldErrors).length > 0) return false
    const before = restorable(changes, fields)
    const canUndo = Object.keys(before).length > 0
    let savedEtag = stored.etag
    const edit = editObject(call, { node, name: stored.name, etag, after: changes, before }, (saved) => {
      savedEtag = saved.etag
    })
    let mergedEtag: string | undefined
    setBusy(true)
    try {
      await (canUndo ? history.run(edit) : edit.run())
      drafts.endSaved(node, changes, fields, savedEtag)
      toasts.mended(about)
      toasts.success({
        title: `Saved ${stored.name}`,
        detail: isMerged ? 'Others have changed other fields meanwhile: both are kept.' : undefined,
        ...(canUndo && { action: { label: 'Undo', onClick: () => void undo() } }),
      })
      return true
    } catch (error) {
      const problem = problemOf(error)
      if (problem?.status !== 412) handleSaveError(error, problem)
      else {
        const theirs = problem.current as Conflict['theirs']
        const found = conflictOf(changes, draft?.base ?? fields, theirs, schema)
        if (isMergeable(found)) mergedEtag = found.theirs?.etag
        else setConflict(found)
      }
    } finally {
      setBusy(false)
    }
    return mergedEtag === undefined ? false : store(mergedEtag, true)
  }

  return {
    isDirty,
    isValid: Object.keys(fieldErrors).length === 0,
    validationErrors: Object.entries(fieldErrors).map(([field, fault]) => `${fieldLabel(field)}: ${fault}`),
    busy,
    conflict,
    valueOf: (field) => (field in changes ? changes[field] : fields[field]),
    errorOf: (field) => fieldErrors[field] ?? draft?.serverErrors[field],
    set(field, value) {
      const { [field]: _old, ...others } = changes
      put(isSame(fields[field], value) ? others : { ...others, [field]: value }, draft?.etag ?? stored.etag)
    },
    save: () => store(draft?.etag),
    discard: () => drafts.drop(node),
    async keepMine() {
      const etag = conflict?.theirs?.etag
      setConflict(undefined)
      if (etag === undefined) return false
      put(changes, etag)
      return store(etag)
    },
    closeConflict: () => setConflict(undefined),
  }
}
