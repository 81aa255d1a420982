/** The zoom levels below which details are hidden. */

/** Below this zoom cards show only their name, state and speed, and wires have no chips. */
export const MIN_DETAIL_ZOOM = 0.6

/** Below this zoom the card of a client token has room for its name alone. */
export const MIN_TOKEN_SPEED_ZOOM = 0.4

/** Below this zoom no name fits a card: the canvas is a map of conditions, on which only groups and columns have names. */
export const MIN_NAME_ZOOM = 0.24

/** Below this zoom chips show only the speed and failures. */
export const MIN_FULL_CHIP_ZOOM = 0.9
