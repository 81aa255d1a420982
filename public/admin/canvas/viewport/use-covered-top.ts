/** How much of the canvas the strip at its top covers. */
import { useEffect, useRef, useState } from 'react'

/**
 * A change waits while something is pressed: no card moves away from the pointer that drags it.
 * @param strip - in the canvas's container, at the same top
 * @returns pixels; 0 without a strip.
 */
export function useCoveredTop(strip: HTMLElement | null): number {
  const [covered, setCovered] = useState(0)
  const pressed = useRef({ isPressed: false, hasChanged: false })
  useEffect(() => {
    const state = pressed.current
    const read = (): void => {
      state.hasChanged = state.isPressed
      if (!state.isPressed) setCovered(strip === null ? 0 : strip.offsetTop + strip.offsetHeight)
    }
    const press = (): void => void (state.isPressed = true)
    const release = (): void => {
      state.isPressed = false
      // What the release does to the cards comes first.
      if (state.hasChanged) requestAnimationFrame(read)
    }
    const observer = new ResizeObserver(read)
    if (strip === null) requestAnimationFrame(read)
    else observer.observe(strip)
    window.addEventListener('pointerdown', press, true)
    for (const end of ['pointerup', 'pointercancel']) window.addEventListener(end, release, true)
    return () => {
      observer.disconnect()
      window.removeEventListener('pointerdown', press, true)
      for (const end of ['pointerup', 'pointercancel']) window.removeEventListener(end, release, true)
    }
  }, [strip])
  return covered
}
