/** How everything is brought into view, clear of captions, buttons and map. */
export const FIT_AT_ONCE = { padding: { top: '64px', bottom: '124px', x: '40px' }, maxZoom: 1 } as const

export const FIT = { ...FIT_AT_ONCE, duration: 180 } as const

/** Further away nobody reads anything. */
export const LEAST_ZOOM = 0.1
