/** Options for fitting all cards into view; the padding keeps captions, buttons and map free. */
export const FIT_OPTIONS = { padding: { top: '64px', bottom: '124px', x: '40px' }, maxZoom: 1 } as const

/** Below this zoom nothing is legible. */
export const MIN_ZOOM = 0.1
