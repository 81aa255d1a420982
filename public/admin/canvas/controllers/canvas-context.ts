/** What the components of one canvas share. */
import { createContext, use } from 'react'
import type { Toasts } from '../../../ui/overlays/toasts.tsx'
import type { Page } from '../../state/page/page.tsx'
import { createCanvasActions, type CanvasActions } from './canvas-actions.ts'
import { createTrafficAnimation, type TrafficAnimation } from './traffic-animation.ts'
import { createNoteActions, type NoteActions } from './note-actions.ts'
import { createWireFocus, type WireFocus } from './wire-focus.ts'
import { createWiring, type Wiring } from './wiring.ts'

export interface CanvasParts {
  readonly actions: CanvasActions
  readonly traffic: TrafficAnimation
  readonly wireFocus: WireFocus
  readonly wiring: Wiring
  readonly notes: NoteActions
  /** Whether the first cards have been rendered. */
  isSettled(): boolean
}

/** Cards that appear later than this fade in. */
const SETTLED_AFTER_MS = 1000

export function createCanvasParts(page: Page, toasts: Toasts): CanvasParts {
  const actions = createCanvasActions(page, toasts)
  const openedMs = performance.now()
  return {
    actions,
    traffic: createTrafficAnimation(),
    wireFocus: createWireFocus(),
    wiring: createWiring((pending, to) => void actions.finishWire(pending, to)),
    notes: createNoteActions(page, actions),
    isSettled: () => performance.now() - openedMs > SETTLED_AFTER_MS,
  }
}

export const CanvasContext = createContext<CanvasParts | undefined>(undefined)

export function useCanvasParts(): CanvasParts {
  const parts = use(CanvasContext)
  if (parts === undefined) throw new Error('outside of CanvasContext')
  return parts
}
