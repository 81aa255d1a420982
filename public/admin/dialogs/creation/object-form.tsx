/** The dialog around the fields of an object: a form with a Cancel button and one that sends it. */
import { useId, type FormEvent, type ReactNode } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import type { DialogProps } from '../../../ui/overlays/dialog.tsx'
import { FormDialog } from '../../../ui/overlays/form-dialog.tsx'
import { usePage } from '../../state/page/page.tsx'
import styles from '../dialogs.module.css'

interface ObjectFormProps extends Pick<DialogProps, 'title' | 'description' | 'size'> {
  /** Of `useCreateForm`. */
  readonly form: { readonly isFilled: boolean; readonly busy: boolean }
  /** On the button that sends it. */
  readonly verb: string
  /** Further buttons, on the left. */
  readonly tools?: ReactNode
  readonly onSubmit: () => Promise<void>
  readonly children: ReactNode
}

export function ObjectForm({ form, verb, tools, onSubmit, children, ...dialog }: ObjectFormProps) {
  const { workspace } = usePage()
  const formId = useId()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void onSubmit()
  }
  return (
    <FormDialog
      open
      isFilled={form.isFilled}
      onClose={workspace.closeDialog}
      {...dialog}
      actions={
        <>
          {tools}
          <Button onClick={workspace.closeDialog}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={form.busy}>
            {verb}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className={styles.form} noValidate>
        {children}
      </form>
    </FormDialog>
  )
}
