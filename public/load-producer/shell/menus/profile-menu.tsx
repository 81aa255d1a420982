/** The menu for profiles: save, open, export and import. */
import { ChevronDown, Download, FolderOpen, Save, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { FileInput } from '../../../ui/fields/file-input.tsx'
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.tsx'
import { Menu } from '../../../ui/overlays/menu.tsx'
import { makeProfile } from '../../../../src/load-engine/model/profile.ts'
import { saveFile } from '../../../ui/browser/save-file.ts'
import { fileName } from '../../files/file-name.ts'
import { useLive, usePage } from '../../state/page.tsx'
import styles from './menus.module.css'
import { useImportFile } from '../../profiles/use-import-file.ts'

export function ProfileMenu() {
  const { cards, workspace } = usePage()
  const running = useLive((live) => live.total?.running ?? 0)
  const input = useRef<HTMLInputElement>(null)
  const [pendingFile, setPendingFile] = useState<File | null>(null)
  const importFile = useImportFile()
  const exportCards = (): void => {
    const scenarios = cards.getState().cards.map(({ scenario }) => scenario)
    const profile = makeProfile('cards', scenarios)
    saveFile(fileName('profile', '.json'), 'application/json', JSON.stringify(profile, null, 2))
  }
  const acceptFile = (file: File): void => {
    if (running > 0) setPendingFile(file)
    else void importFile(file)
  }
  return (
    <>
      <Menu
        trigger={
          <Button>
            <span className={styles.trigger}>
              Profile <ChevronDown aria-hidden="true" />
            </span>
          </Button>
        }
        items={[
          {
            label: 'Save as profile…',
            icon: <Save />,
            onClick: () => workspace.setState({ dialog: { name: 'save-profile' } }),
          },
          {
            label: 'Profiles and configurations…',
            icon: <FolderOpen />,
            onClick: () => workspace.setState({ dialog: { name: 'library' } }),
          },
          { label: 'Export cards', icon: <Download />, separated: true, onClick: exportCards },
          { label: 'Import a file…', icon: <Upload />, onClick: () => input.current?.click() },
        ]}
      />
      <FileInput ref={input} label="File to import" accept=".json,application/json" onFile={acceptFile} />
      <ConfirmDialog
        open={pendingFile !== null}
        title={`Import ${pendingFile?.name ?? ''} while cards run?`}
        description="A profile takes the place of the cards and stops them. The run so far is kept under Runs."
        confirmLabel="Import"
        onConfirm={() => {
          if (pendingFile) void importFile(pendingFile)
          setPendingFile(null)
        }}
        onCancel={() => setPendingFile(null)}
      />
    </>
  )
}
