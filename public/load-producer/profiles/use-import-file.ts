/** Imports an exported file and shows the result as a toast. */
import { faultText } from '../../../src/load-engine/model/field-schemas.ts'
import { useToasts } from '../../ui/overlays/toasts.tsx'
import { usePage } from '../state/page.tsx'
import { readImport } from '../files/read-import.ts'
import { useOpenProfile } from './use-open-profile.ts'

/** A run is added to Runs, a profile replaces the cards of the page, and a model configuration becomes a card. */
export function useImportFile(): (file: File) => Promise<void> {
  const { library, cards, workspace } = usePage()
  const openProfile = useOpenProfile()
  const toasts = useToasts()
  return async (file) => {
    const imported = readImport(await file.text())
    switch (imported.kind) {
      case 'refused':
        return toasts.error({
          title: `${file.name} was not imported`,
          detail: imported.faults.slice(0, 5).map(faultText).join('; '),
        })
      case 'profile':
        library.putProfile(imported.profile)
        return openProfile(imported.profile)
      case 'configuration':
        library.putConfiguration(imported.file)
        cards.add({ ...imported.file.card, key: '' })
        workspace.show('run')
        return toasts.success(`${imported.file.card.name} imported as a card and a model configuration`)
      case 'run':
        library.saveRun(imported.run)
        workspace.setState({ openRun: imported.run.id })
        workspace.show('runs')
        return toasts.success(`Run ${imported.run.name} imported`)
    }
  }
}
