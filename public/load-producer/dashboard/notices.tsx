/** Warnings about conditions that distort the figures: a tester that is the limit, a late scheduler, dropped arrivals, a lost bridge. */
import { formatCount, formatMs } from '../../../src/load-engine/report/format-figure.ts'
import { testerText } from '../../../src/load-engine/report/tester-text.ts'
import { Notice } from '../../ui/display/notice.tsx'
import { useLive } from '../state/page.tsx'
import styles from './dashboard.module.css'

export function Notices() {
  const lagMs = useLive(({ lag, cards }) => {
    const warned = [lag, ...Object.values(cards).map(({ snapshot }) => snapshot.lag)].filter(
      (one) => one?.warning === true,
    )
    return Math.max(0, ...warned.map((one) => one?.recentMs ?? 0))
  })
  const dropped = useLive(({ total }) => total?.counts.dropped ?? 0)
  const limit = useLive(({ cards }) =>
    Object.values(cards)
      .map(({ snapshot }) => testerText(snapshot.tester))
      .find((text) => text !== ''),
  )
  const lostBy = useLive((live) => live.lostBy)
  const notices = [
    lostBy !== '' && `The runs have ended: ${lostBy}. Their figures are the last that the bridge told.`,
    limit !== undefined &&
      `The tester is the limit: ${limit}. The figures say little of the target, and there is no verdict.`,
    lagMs > 0 &&
      `The scheduler is ${formatMs(lagMs)} late: this machine is too busy, and the load is not what was asked for.`,
    dropped > 0 && `${formatCount(dropped)} arrivals were dropped: no place came free within the timeout.`,
  ].filter((notice) => notice !== false)
  return (
    <div role="status" className={styles.notices} hidden={notices.length === 0}>
      {notices.map((notice) => (
        <Notice key={notice}>{notice}</Notice>
      ))}
    </div>
  )
}
