/** The export of the configuration as a file. */
import { Download } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { Switch } from '../../../ui/fields/switch.tsx'
import { usePage } from '../../state/page/page.tsx'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'
import { downloadConfig } from './download-config.ts'
import { SettingsPart } from '../settings-part.tsx'

export function ConfigExport() {
  const { call } = usePage()
  const runner = useCommandRunner()
  const [withPositions, setWithPositions] = useState(false)
  const [busy, setBusy] = useState(false)
  const download = async () => {
    setBusy(true)
    await downloadConfig(call, runner, withPositions)
    setBusy(false)
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
