/** Replaces the cards of the page with those of a profile; the toast offers an undo. */
import { useToasts } from '../../ui/overlays/toasts.tsx'
import { profileCards, type Profile } from '../../../src/load-engine/model/profile.ts'
import { usePage } from '../state/page.tsx'

/** Stops running cards, so the caller must have asked for confirmation. */
export function useOpenProfile(): (profile: Profile) => void {
  const { cards, workspace } = usePage()
  const toasts = useToasts()
  return (profile) => {
    const before = cards.replace(profileCards(profile))
    workspace.setState({ scope: null, preset: null })
    workspace.show('run')
    toasts.success({
      title: `Profile ${profile.name} opened`,
      detail: 'Keys are not part of profiles: enter them on the cards that need one',
      action: { label: 'Undo', onClick: () => cards.restore(before) },
    })
  }
}
