/** How old the figures of a card are; absent while they are those of now. */
import { span } from '../../../../ui/format/figures.ts'
import { useStaleS } from '../../../state/page/use-data-age.ts'
import styles from './card-frame.module.css'

/** @param className - where it stands; on the lower edge of the card by default. */
export function FigureAge({ className = styles.age }: { readonly className?: string | undefined }) {
  const ageS = useStaleS()
  return ageS === undefined ? null : <span className={className}>{span(1000 * ageS)} old</span>
}
