/** Writes live figures directly into an element, where there are too many to render twice a second. */
import { useLayoutEffect } from 'react'
import type { LiveKind, LiveStore } from '../../state/live/live-store.ts'
import { usePage } from '../../state/page/page.tsx'

/** @param paint - called at once and on every change of the figures; its identity must be stable */
export function useLivePaint<Kind extends LiveKind>(
  kind: Kind,
  id: string,
  paint: (figures: ReturnType<typeof read<Kind>>) => void,
): void {
  const { live } = usePage()
  useLayoutEffect(() => {
    const draw = () => paint(read(live, kind, id))
    draw()
    return live.subscribe(kind, id, draw)
  }, [live, kind, id, paint])
}

const read = <Kind extends LiveKind>(live: LiveStore, kind: Kind, id: string) => live.get(kind, id)
