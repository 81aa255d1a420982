/** The line of a wire: a cubic Bézier curve from the right side of one card to the left side of another. */
import type { Point } from './card.ts'

export interface Curve {
  readonly from: Point
  readonly bendFrom: Point
  readonly bendTo: Point
  readonly to: Point
}

const MAX_BEND = 160

/** A wire whose end is left of its start bends outwards at both ends. */
export function curveBetween(from: Point, to: Point): Curve {
  const ahead = to.x - from.x
  const bend = ahead >= 0 ? ahead / 2 : Math.min(MAX_BEND, 32 - ahead / 3)
  return { from, bendFrom: { x: from.x + bend, y: from.y }, bendTo: { x: to.x - bend, y: to.y }, to }
}

export const pathOf = ({ from, bendFrom, bendTo, to }: Curve): string =>
  `M${from.x},${from.y} C${bendFrom.x},${bendFrom.y} ${bendTo.x},${bendTo.y} ${to.x},${to.y}`

/** @param part - 0 at the start, 1 at the end. */
export function pointAt({ from, bendFrom, bendTo, to }: Curve, part: number): Point {
  const rest = 1 - part
  const [a, b, c, d] = [rest ** 3, 3 * rest ** 2 * part, 3 * rest * part ** 2, part ** 3]
  return {
    x: a * from.x + b * bendFrom.x + c * bendTo.x + d * to.x,
    y: a * from.y + b * bendFrom.y + c * bendTo.y + d * to.y,
  }
}

/** Accurate to a few percent, which suffices for the speed of marks. */
export function lengthOf({ from, bendFrom, bendTo, to }: Curve): number {
  const between = (left: Point, right: Point) => Math.hypot(right.x - left.x, right.y - left.y)
  const around = between(from, bendFrom) + between(bendFrom, bendTo) + between(bendTo, to)
  return (between(from, to) + around) / 2
}
