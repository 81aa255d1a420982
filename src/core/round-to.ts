// Rounds a number for display.

/** @param decimals - digits after the decimal point. */
export function roundTo(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale
}
