/** Below this zoom cards show their name, state and speed alone, and wires no chips. */
export const FAR_ZOOM = 0.6
