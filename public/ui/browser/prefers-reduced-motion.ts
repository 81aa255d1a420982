/** Whether the person has asked the system for as little motion as possible; read at the time of each motion. */
export const prefersReducedMotion = (): boolean =>
  window.matchMedia('(prefers-reduced-motion: reduce)').matches
