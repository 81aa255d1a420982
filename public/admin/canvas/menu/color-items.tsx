/** The choice of a colour as items of a menu. */
import { Check } from 'lucide-react'
import { canvasColors, type CanvasColor } from '../../../../src/contract/objects/canvas-colors.ts'
import type { MenuItem } from '../../../ui/overlays/menu.tsx'
import { joinClasses } from '../../../ui/styles/join-classes.ts'
import { capitalize } from '../../format/capitalize.ts'
import hue from '../cards/hue.module.css'
import styles from './color-items.module.css'

/** @param chosen - its item has no effect. */
export const colorItems = (
  chosen: CanvasColor | undefined,
  choose: (color: CanvasColor) => void,
): MenuItem[] =>
  canvasColors.map((color) => ({
    label: capitalize(color),
    group: 'Colour',
    disabled: color === chosen,
    icon: (
      <span className={joinClasses(styles.swatch, hue.hue)} data-hue={color}>
        {color === chosen && <Check />}
      </span>
    ),
    onClick: () => choose(color),
  }))
