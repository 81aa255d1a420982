/** How everything is brought into view, clear of captions, buttons and map. */
export const FIT_OPTIONS = { padding: { top: '64px', bottom: '124px', x: '40px' }, maxZoom: 1 } as const

export const FIT_ANIMATED = { ...FIT_OPTIONS, duration: 180 } as const

/** Further away nobody reads anything. */
export const MIN_ZOOM = 0.1
