// The order and the sums of the wires of one group, those with a quota or those without, kept as their endpoints change.
import { isFull } from '../../shared/slots.ts'
import type { LiveWire } from '../../state/endpoint-runtime.ts'
import {
  effectivePass,
  isNewcomer,
  isOverflow,
  servedPass,
  weight,
  type GroupSums,
} from '../policies/share-rules.ts'
import { createRunningSum } from './running-sum.ts'
import { createWinnerTree, NO_ENTRY } from './winner-tree.ts'

export interface ShareGroup {
  update(index: number, isCandidate: boolean): void
  /** Candidates with a free slot, newcomers among them. */
  free(): number
  /** Number of the candidates that are newcomers. */
  newcomers(): number
  isNewcomer(index: number): boolean
  sums(): GroupSums
  /** The highest pass at which a candidate counts as served; 0 where none does. */
  level(): number
  /** The candidate with a free slot and the lowest pass; NO_ENTRY where there is none. The same holds for `next`. */
  lowest(): number
  /** The first from `from` on whose pass is at most this. */
  next(from: number, most: number): number
  isWithin(index: number, most: number): boolean
  /** The highest pass of those with a free slot, less the lead that each may have. @param least - the result is exact where it is above it. */
  furthest(lead: number, least: number): number
}

export function createShareGroup(wires: readonly LiveWire[], overflow: boolean): ShareGroup {
  const { length } = wires
  /** Of candidates with a free slot; Infinity for others. */
  const passes = new Float64Array(length).fill(Infinity)
  /** Of candidates; -Infinity for others. */
  const levels = new Float64Array(length).fill(-Infinity)
  const weights = createRunningSum(length)
  const served = createRunningSum(length)
  const free = createRunningSum(length)
  const newcomers = createRunningSum(length)
  const passOf = (index: number): number => passes[index] ?? Infinity
  const levelOf = (index: number): number => levels[index] ?? -Infinity
  const byPass = createWinnerTree(length, (one, other) => passOf(one) < passOf(other), passOf)
  const byPassDown = createWinnerTree(
    length,
    (one, other) => passOf(one) > passOf(other),
    (index) => -passOf(index),
  )
  const byLevelDown = createWinnerTree(
    length,
    (one, other) => levelOf(one) > levelOf(other),
    (index) => -levelOf(index),
  )
  let count = 0
  let mostWeight = 1

  const setPass = (index: number, pass: number): void => {
    const before = passOf(index)
    if (before === pass) return
    count += Number(before === Infinity) - Number(pass === Infinity)
    passes[index] = pass
    byPass.update(index, pass < Infinity)
    byPassDown.update(index, pass < Infinity)
  }
  const setLevel = (index: number, level: number): void => {
    if (levelOf(index) === level) return
    levels[index] = level
    byLevelDown.update(index, level > -Infinity)
  }

  return {
    update(index, isCandidate) {
      const wire = wires[index]
      if (wire === undefined) return
      const isIn = isCandidate && isOverflow(wire.endpoint) === overflow
      const isNew = isIn && isNewcomer(wire)
      const isFree = isIn && !isFull(wire.endpoint)
      const isCounted = isIn && !isNew
      const hasPass = isCounted && isFree
      const ownWeight = weight(wire.endpoint)
      if (ownWeight > mostWeight) mostWeight = ownWeight
      newcomers.set(index, Number(isNew))
      free.set(index, Number(isFree))
      served.set(index, isCounted ? wire.served : 0)
      weights.set(index, hasPass ? ownWeight : 0)
      setPass(index, hasPass ? effectivePass(wire) : Infinity)
      setLevel(index, isCounted ? servedPass(wire) : -Infinity)
    },
    free: free.sum,
    newcomers: newcomers.sum,
    isNewcomer: (index) => newcomers.of(index) > 0,
    sums: () => ({ weights: weights.sum(), count, served: served.sum() }),
    level() {
      const highest = byLevelDown.first()
      return highest === NO_ENTRY ? 0 : levelOf(highest)
    },
    lowest: byPass.first,
    next: byPass.next,
    isWithin: (index, most) => passOf(index) <= most,
    furthest(lead, least) {
      const highest = byPassDown.first()
      // No wire has less lead than one of the most weight.
      const bound = highest === NO_ENTRY ? -Infinity : passOf(highest) - lead / mostWeight
      if (bound <= least) return bound
      let furthest = -Infinity
      for (let index = 0; index < length; index += 1) {
        const pass = passOf(index)
        if (pass === Infinity || pass <= furthest) continue
        furthest = Math.max(furthest, pass - lead / weights.of(index))
      }
      return furthest
    },
  }
}
