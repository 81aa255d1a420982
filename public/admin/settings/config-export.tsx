/** The configuration as a file to keep: in Git, or for another balancer. */
import { Download } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { saveFile } from '../../ui/save-file.ts'
import { Switch } from '../../ui/switch.tsx'
import { usePage } from '../state/page.tsx'
import { useRun } from '../state/use-run.ts'
import { SettingsPart } from './settings-part.tsx'

const FILE_NAME = 'load-balancer.yaml'

export function ConfigExport() {
  const { call } = usePage()
  const { attempt } = useRun()
  const [withPositions, setWithPositions] = useState(false)
  const [busy, setBusy] = useState(false)
  const download = async () => {
    setBusy(true)
    const yaml = await attempt(
      () => call<string>('GET', `/config?positions=${withPositions}`),
      `${FILE_NAME} is written`,
    )
    setBusy(false)
    if (yaml !== undefined) saveFile(FILE_NAME, 'application/yaml', yaml)
  }
  return (
    <SettingsPart
      title="Export the configuration"
      hint="Endpoints, blocks, wires, tokens and routing as YAML. Secrets are left out and named."
    >
      <Switch label="With positions on the canvas" checked={withPositions} onChange={setWithPositions} />
      <Button icon={<Download />} busy={busy} onClick={() => void download()}>
        Download YAML
      </Button>
    </SettingsPart>
  )
}
