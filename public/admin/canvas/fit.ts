/** How everything is brought into view. */
export const FIT_AT_ONCE = { padding: { top: '64px', bottom: '72px', x: '40px' }, maxZoom: 1 } as const

export const FIT = { ...FIT_AT_ONCE, duration: 180 } as const
