// Rounds a figure for people.

/** @param decimals - digits kept after the point. */
export function roundTo(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale
}
