// Divides a number of slots among claimants by max-min fairness.

/**
 * Each claimant gets its demand or an equal share of what the others leave. A remainder goes one each to the first
 * whose demand is not met; what is left when all demands are met is divided equally.
 * @param slots - a whole number, at least 0.
 * @param demands - whole numbers or Infinity.
 * @returns whole numbers whose sum is `slots`, unless there are no claimants.
 */
export function fairShares(slots: number, demands: readonly number[]): number[] {
  const shares = demands.map(() => 0)
  let left = slots
  const give = (index: number, most: number): void => {
    const share = shares[index] ?? 0
    const more = Math.min(most, left, (demands[index] ?? 0) - share)
    shares[index] = share + more
    left -= more
  }
  const unmet = (): number[] =>
    shares.flatMap((share, index) => (share < (demands[index] ?? 0) ? [index] : []))
  let open = unmet()
  while (open.length > 0 && left >= open.length) {
    const part = Math.floor(left / open.length)
    for (const index of open) give(index, part)
    open = unmet()
  }
  for (const index of open) give(index, 1)
  if (left === 0 || demands.length === 0) return shares
  const part = Math.floor(left / demands.length)
  const remainder = left % demands.length
  return shares.map((share, index) => share + part + Number(index < remainder))
}
