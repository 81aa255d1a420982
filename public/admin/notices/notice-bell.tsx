/** The bell in the top bar: the number of unread notices, and the last ones in a popup. */
import { Popover } from '@base-ui/react/popover'
import { Bell } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { Switch } from '../../ui/fields/switch.tsx'
import { StatusDot } from '../../ui/display/status-dot.tsx'
import hiding from '../../ui/styles/visually-hidden.module.css'
import { relativeTime } from '../format/relative-time.ts'
import { usePage } from '../state/page/page.tsx'
import { useWatch } from '../watch/watch-context.ts'
import { alertSettings, mayNotify, useAlertSettings } from './alert-settings.ts'
import type { Notice } from './notice.ts'
import styles from './notice-bell.module.css'

const MOST_SHOWN_UNREAD = 99

export function NoticeBell() {
  const { notices } = useWatch()
  const { list, unread } = useStore(notices.store)
  const [open, setOpen] = useState(false)
  const onOpenChange = (next: boolean): void => {
    // Read once they have been seen: while the popup is open, the new ones are told apart.
    if (!next) notices.markRead()
    setOpen(next)
  }
  const words = unread === 0 ? 'Notices' : `Notices, ${unread} unread`
  return (
    <Popover.Root open={open} onOpenChange={onOpenChange}>
      <Popover.Trigger
        render={<IconButton label={words} icon={<Bell />} variant="outlined" className={styles.bell} />}
      ></Popover.Trigger>
      {unread > 0 && (
        <span className={styles.unread} aria-hidden="true">
          {Math.min(unread, MOST_SHOWN_UNREAD)}
        </span>
      )}
      {/* Says new notices to screen readers. */}
      <span role="log" aria-label="Notices" className={hiding.hidden}>
        {list[0]?.isOld === true ? '' : list[0]?.text}
      </span>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" collisionPadding={8} className={styles.positioner}>
          <Popover.Popup className={styles.popup}>
            <Popover.Title className={styles.title}>Notices</Popover.Title>
            <NoticeList list={list} unread={unread} onLeave={() => onOpenChange(false)} />
            <Choices />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

interface NoticeListProps {
  readonly list: readonly Notice[]
  readonly unread: number
  readonly onLeave: () => void
}

function NoticeList({ list, unread, onLeave }: NoticeListProps) {
  const { workspace } = usePage()
  const [nowMs] = useState(() => Date.now())
  if (list.length === 0)
    return <p className={styles.none}>Nothing has happened since this page was opened.</p>
  return (
    <ol className={styles.list}>
      {list.map(({ id, atMs, tone, text, target }, index) => (
        <li key={id} className={styles.notice} data-unread={index < unread || undefined}>
          <StatusDot tone={tone} />
          {target === undefined ? (
            <span className={styles.text}>{text}</span>
          ) : (
            <button
              type="button"
              className={styles.text}
              onClick={() => {
                onLeave()
                workspace.reveal(target)
              }}
            >
              {text}
            </button>
          )}
          <time dateTime={new Date(atMs).toISOString()} className={styles.when}>
            {relativeTime(nowMs - atMs)}
          </time>
        </li>
      ))}
    </ol>
  )
}

/** How the page calls for the operator. */
function Choices() {
  const settings = useAlertSettings()
  const [isRefused, setRefused] = useState(false)
  const set = (changes: Partial<typeof settings>): void => alertSettings.set({ ...settings, ...changes })
  const setNotification = async (next: boolean): Promise<void> => {
    const isAllowed = !next || (await mayNotify())
    setRefused(!isAllowed)
    set({ notification: next && isAllowed })
  }
  return (
    <fieldset className={styles.choices}>
      <legend className={styles.legend}>When a trouble begins</legend>
      <Switch label="Sound" checked={settings.sound} onChange={(sound) => set({ sound })} />
      <Switch label="Number in the title" checked={settings.badge} onChange={(badge) => set({ badge })} />
      <Switch
        label="Browser notification"
        hint={
          isRefused
            ? 'The browser does not allow notifications of this page.'
            : 'While another page is in front.'
        }
        checked={settings.notification}
        onChange={(next) => void setNotification(next)}
      />
    </fieldset>
  )
}
