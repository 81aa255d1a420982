/** How everything is brought into view. */
export const FIT = { padding: { top: '64px', bottom: '72px', x: '40px' }, maxZoom: 1, duration: 180 } as const
