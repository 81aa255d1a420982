/** How the page calls for an operator when a trouble begins; off at first, remembered by the browser. */
import { useSyncExternalStore } from 'react'
import { createStoredSetting } from '../../ui/browser/stored-setting.ts'

export interface AlertSettings {
  readonly sound: boolean
  /** The number of unread notices in the title of the page. */
  readonly badge: boolean
  /** A notification of the browser, while the page is not in front. */
  readonly notification: boolean
}

const isOn = (stored: unknown, name: keyof AlertSettings): boolean =>
  typeof stored === 'object' && stored !== null && (stored as Record<string, unknown>)[name] === true

export const alertSettings = createStoredSetting<AlertSettings>('alerts', (stored) => ({
  sound: isOn(stored, 'sound'),
  badge: isOn(stored, 'badge'),
  notification: isOn(stored, 'notification'),
}))

export const useAlertSettings = (): AlertSettings =>
  useSyncExternalStore(alertSettings.subscribe, alertSettings.get)

/** @returns whether the browser allows notifications, after it has asked where it has not yet. */
export async function mayNotify(): Promise<boolean> {
  if (!('Notification' in window)) return false
  return (await Notification.requestPermission()) === 'granted'
}
