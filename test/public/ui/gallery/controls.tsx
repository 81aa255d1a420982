/** Buttons and fields of the gallery. */
import { Plus, Redo2, Trash2, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../../../public/ui/buttons/button.tsx'
import { CopyButton } from '../../../../public/ui/buttons/copy-button.tsx'
import { IconButton } from '../../../../public/ui/buttons/icon-button.tsx'
import { LinesField } from '../../../../public/ui/fields/lines-field.tsx'
import { NumberField } from '../../../../public/ui/fields/number-field.tsx'
import { Segmented } from '../../../../public/ui/buttons/segmented.tsx'
import { SelectField } from '../../../../public/ui/fields/select-field.tsx'
import { Switch } from '../../../../public/ui/fields/switch.tsx'
import { TextArea } from '../../../../public/ui/fields/text-area.tsx'
import { TextField } from '../../../../public/ui/fields/text-field.tsx'
import styles from './gallery.module.css'

const modes = [
  { value: 'percentage', label: 'Percentage' },
  { value: 'priority', label: 'Priority' },
] as const

const long =
  'a-name-that-goes-on-and-on-until-it-has-a-hundred-and-twenty-characters-as-the-contract-allows-it-to-and-some-do'

function Buttons() {
  const [mode, setMode] = useState<'percentage' | 'priority'>('percentage')
  return (
    <section className={styles.part} aria-label="Buttons">
      <div className={styles.row}>
        <Button variant="primary" icon={<Plus />}>
          Endpoint
        </Button>
        <Button>Test</Button>
        <Button variant="danger" icon={<Trash2 />}>
          Delete
        </Button>
        <Button variant="quiet">Replace</Button>
      </div>
      <div className={styles.row}>
        <Button variant="primary" busy>
          Save
        </Button>
        <Button disabled>Disabled</Button>
        <Button size="small">Small</Button>
        <CopyButton text="copied text" label="Copy token" />
      </div>
      <div className={styles.row}>
        <IconButton label="Undo" icon={<Undo2 />} shortcut="Mod+Z" variant="outlined" />
        <IconButton label="Redo" icon={<Redo2 />} shortcut="Mod+Shift+Z" variant="outlined" disabled />
        <IconButton label="Remove" icon={<Trash2 />} variant="danger" />
        <IconButton label="Add" icon={<Plus />} size="small" />
        <Segmented label="Routing mode" value={mode} options={modes} onChange={setMode} />
      </div>
      <Button>{long}</Button>
    </section>
  )
}

export function Controls() {
  const [quota, setQuota] = useState<number | null>(50)
  const [timeout, setTimeout] = useState<number | null>(120)
  const [verify, setVerify] = useState(true)
  const [models, setModels] = useState<readonly string[]>(['llama-3', 'qwen-*'])
  const [block, setBlock] = useState('production')
  return (
    <>
      <Buttons />
      <section className={styles.part} aria-label="Fields">
        <div className={styles.pair}>
          <NumberField label="Quota" value={quota} onValueChange={setQuota} min={0} max={100} suffix="%" />
          <NumberField label="Timeout" value={timeout} onValueChange={setTimeout} min={1} suffix="s" />
          <TextField
            label="Name"
            defaultValue={long}
            hint="Letters, digits, space, full stop, underscore, hyphen"
          />
          <TextField label="Base URL" mono placeholder="http://10.0.4.17:8000/v1" />
          <TextField
            label="Upstream key"
            mono
            defaultValue="sk-a…9f3c"
            error="Expected 8 characters or more"
          />
          <TextField label="Locked" defaultValue="cannot be changed" disabled />
        </div>
        <SelectField
          label="Incoming block"
          value={block}
          onValueChange={setBlock}
          options={[
            { value: 'production', label: 'Production' },
            { value: 'long', label: long },
          ]}
        />
        <LinesField label="Models" mono value={models} onValueChange={setModels} />
        <TextArea label="Prompt" mono defaultValue={'Say this is a test.\nThen stop.'} />
        <Switch
          label="Verify TLS"
          hint="Off only for backends of your own"
          checked={verify}
          onChange={setVerify}
        />
        <Switch label="Never on" checked={false} onChange={() => undefined} disabled />
        <Switch label="Off" checked={false} onChange={() => undefined} />
      </section>
    </>
  )
}
