/** The hidden input behind a button or a menu item that asks for a file: its click opens the file dialog. */
import type { Ref } from 'react'

interface FileInputProps {
  readonly ref: Ref<HTMLInputElement>
  readonly label: string
  readonly accept: string
  readonly onFile: (file: File) => void
}

export const FileInput = ({ ref, label, accept, onFile }: FileInputProps) => (
  <input
    ref={ref}
    hidden
    type="file"
    accept={accept}
    aria-label={label}
    onChange={({ target }) => {
      const [file] = target.files ?? []
      // Otherwise choosing the same file again would be no change.
      target.value = ''
      if (file) onFile(file)
    }}
  />
)
