/** Options for fitting all cards into view; the padding keeps captions, buttons and map free. */
export const FIT_OPTIONS = { padding: { top: '64px', bottom: '124px', x: '40px' }, maxZoom: 1 } as const

/** Low enough that everything always fits: from afar the canvas is a map. */
export const MIN_ZOOM = 0.02
