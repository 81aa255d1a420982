/** The import of a configuration file: chosen, dropped or pasted, then compared, then applied. */
import { FileUp } from 'lucide-react'
import { useRef } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { FileInput } from '../../../ui/fields/file-input.tsx'
import { Switch } from '../../../ui/fields/switch.tsx'
import { TextArea } from '../../../ui/fields/text-area.tsx'
import { ConfigDiff } from './config-diff.tsx'
import styles from './config-import.module.css'
import { CreatedTokens } from './created-tokens.tsx'
import { FileErrors } from './file-errors.tsx'
import { SettingsPart } from '../settings-part.tsx'
import { useConfigImport } from './use-config-import.ts'

export function ConfigImport() {
  const work = useConfigImport()
  const { yaml, prune, busy, diff, problem } = work
  const chooser = useRef<HTMLInputElement>(null)
  const read = async (file: File) => work.write(await file.text())
  return (
    <SettingsPart
      title="Import a configuration"
      hint="Nothing is applied before you have seen what would change. Keys that are only named keep what is stored."
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void work.compare()
        }}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          const [file] = event.dataTransfer.files
          if (file === undefined) return
          event.preventDefault()
          void read(file)
        }}
      >
        <TextArea
          label="Configuration file"
          placeholder={'version: 1\nendpoints:\n  - name: vllm-a\n    base_url: http://10.0.0.1:8000/v1'}
          mono
          rows={6}
          value={yaml}
          onChange={({ target }) => work.write(target.value)}
        />
        <FileInput
          ref={chooser}
          label="Configuration file from this computer"
          accept=".yaml,.yml,application/yaml"
          onFile={(file) => void read(file)}
        />
        <Switch
          label="Delete what the file does not name"
          hint="Only in the sections that the file has."
          checked={prune}
          onChange={work.setPrune}
        />
        <div className={styles.buttons}>
          <Button icon={<FileUp />} onClick={() => chooser.current?.click()}>
            Choose a file
          </Button>
          <Button
            type="submit"
            variant={diff === undefined ? 'primary' : 'secondary'}
            busy={busy}
            disabled={yaml.trim() === ''}
          >
            Compare
          </Button>
        </div>
      </form>
      {problem !== undefined && <FileErrors problem={problem} yaml={yaml} />}
      {diff !== undefined && <ConfigDiff diff={diff} work={work} />}
      <CreatedTokens tokens={work.created} onClose={work.forgetCreated} />
    </SettingsPart>
  )
}
