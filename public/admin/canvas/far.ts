/** How much is shown from which distance. */

/** Below this zoom cards show their name, state and speed alone, and wires no chips. */
export const FAR_ZOOM = 0.6

/** Below this zoom chips show the speed alone, and what fails. */
export const NARROW_ZOOM = 0.9
