// The order of the wires of a long list by some keys, as they were when each wire was updated last.
import type { LiveWire } from '../../state/endpoint-runtime.ts'
import type { EligibleWires } from '../policies/eligible-wires.ts'
import { createWinnerTree, NO_ENTRY } from './winner-tree.ts'

export interface KeptOrder {
  /** Reads the keys of the wire anew. */
  update(index: number, isIn: boolean): void
  /** NO_ENTRY where none is in. */
  first(): number
  /** Those whose first key is at most this. */
  eligible(most: number, indexOf: EligibleWires['indexOf']): EligibleWires
}

type Key = (wire: LiveWire) => number

/** @param keys - the later ones decide between wires that are equal by the earlier ones, and then the index. */
export function createKeptOrder(wires: readonly LiveWire[], keys: readonly Key[]): KeptOrder {
  /** Of those that are in; those of others are of no meaning. */
  const columns = keys.map((read) => ({ read, values: new Float64Array(wires.length) }))
  const isIn = new Uint8Array(wires.length)
  const comesBefore = (one: number, other: number): boolean => {
    for (const { values } of columns) {
      const difference = (values[one] ?? 0) - (values[other] ?? 0)
      if (difference !== 0) return difference < 0
    }
    return false
  }
  const firstKeyOf = (index: number): number => columns[0]?.values[index] ?? Infinity
  const order = createWinnerTree(wires.length, comesBefore, firstKeyOf)
  /** @returns whether any has changed. */
  const readKeys = (index: number, wire: LiveWire): boolean => {
    let hasChanged = false
    for (const { read, values } of columns) {
      const key = read(wire)
      if (values[index] === key) continue
      values[index] = key
      hasChanged = true
    }
    return hasChanged
  }

  return {
    update(index, isNowIn) {
      const wire = wires[index]
      if (wire === undefined) return
      const wasIn = isIn[index] === 1
      isIn[index] = Number(isNowIn)
      if ((isNowIn && readKeys(index, wire)) || isNowIn !== wasIn) order.update(index, isNowIn)
    },
    first: order.first,
    eligible: (most, indexOf) => ({
      wires,
      has: (index) => isIn[index] === 1 && firstKeyOf(index) <= most,
      next(from) {
        const index = order.next(from, most)
        return index === NO_ENTRY ? wires.length : index
      },
      indexOf,
    }),
  }
}
