/** The choice of a file that the engine reads, with what it found in the file, or why it cannot use it. */
import { useRef, useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { FileInput } from '../../../ui/fields/file-input.tsx'
import styles from './editor.module.css'

/** What the engine says about a file that it has read. */
interface FileResult {
  readonly ok: boolean
  readonly text: string
}

interface FileFieldProps {
  readonly kind: 'Dataset' | 'Trace'
  readonly accept: string
  /** Of the chosen file; empty while none is chosen. */
  readonly name: string
  /** What such a file contains. */
  readonly hint: string
  readonly error: string | undefined
  readonly read: (file: File) => Promise<FileResult>
}

export function FileField({ kind, accept, name, hint, error, read }: FileFieldProps) {
  const input = useRef<HTMLInputElement>(null)
  const [isReading, setReading] = useState(false)
  const [result, setResult] = useState<FileResult>()
  const onFile = async (file: File): Promise<void> => {
    setReading(true)
    setResult(await read(file))
    setReading(false)
  }
  return (
    <>
      <div className={styles.probe}>
        <Button busy={isReading} onClick={() => input.current?.click()}>
          Choose a {kind.toLowerCase()} file
        </Button>
        <span className={styles.file}>{name === '' ? 'none chosen' : name}</span>
        <FileInput ref={input} label={`${kind} file`} accept={accept} onFile={(file) => void onFile(file)} />
      </div>
      <p role="status" className={result?.ok === false ? styles.bad : styles.hint}>
        {result?.text ?? `${hint} The bridge keeps it until the page is left.`}
      </p>
      {error !== undefined && <p className={styles.bad}>{error}</p>}
    </>
  )
}
