/** Calls for an operator by a sound, the title of the page and a notification of the browser, as far as these are chosen. */
import { alertSettings } from './alert-settings.ts'
import { isAlarming } from './notice.ts'
import type { NoticeStore } from './notice-store.ts'

const TONE_HZ = 660
const TONE_S = 0.25
const VOLUME = 0.15

function playTone(): void {
  const audio = new AudioContext()
  const [oscillator, gain] = [audio.createOscillator(), audio.createGain()]
  oscillator.frequency.value = TONE_HZ
  gain.gain.setValueAtTime(VOLUME, audio.currentTime)
  // Ends softly: a tone that is cut off clicks.
  gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + TONE_S)
  oscillator.connect(gain).connect(audio.destination)
  oscillator.onended = () => void audio.close()
  oscillator.start()
  oscillator.stop(audio.currentTime + TONE_S)
}

function notify(text: string): void {
  if (!('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return
  const shown = new Notification('LLM Load Balancer', { body: text, tag: 'trouble' })
  shown.onclick = () => window.focus()
}

/** @returns a function that ends it. */
export function startAlerts(notices: NoticeStore): () => void {
  const { title } = document
  const showBadge = (): void => {
    const { unread } = notices.store.getState()
    document.title = alertSettings.get().badge && unread > 0 ? `(${unread}) ${title}` : title
  }
  const ends = [
    notices.store.subscribe(showBadge),
    alertSettings.subscribe(showBadge),
    notices.onAdded((added) => {
      const alarming = added.filter(isAlarming)
      if (alarming.length === 0) return
      const { sound, notification } = alertSettings.get()
      if (sound) playTone()
      if (notification) notify(alarming.map(({ text }) => text).join('\n'))
    }),
  ]
  return () => {
    ends.forEach((end) => end())
    document.title = title
  }
}
