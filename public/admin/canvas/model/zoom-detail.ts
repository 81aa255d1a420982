/** How much is shown from which distance. */

/** Below this zoom cards show their name, state and speed alone, and wires no chips. */
export const MIN_DETAIL_ZOOM = 0.6

/** Below this zoom chips show the speed alone, and what fails. */
export const MIN_FULL_CHIP_ZOOM = 0.9
