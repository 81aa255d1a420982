/** The line of a wire: cubic Bézier curves from the right side of one card to the left side of another. */
import type { Point } from '../card.ts'

export interface Curve {
  readonly from: Point
  readonly bendFrom: Point
  readonly bendTo: Point
  readonly to: Point
  /** The curve that goes on where this one ends, and the part of the whole length that this one has. */
  readonly next?: { readonly curve: Curve; readonly ownPart: number }
}

const MAX_BEND = 160

/** A wire whose end is left of its start bends outwards at both ends. */
export function curveBetween(from: Point, to: Point): Curve {
  const ahead = to.x - from.x
  const bend = ahead >= 0 ? ahead / 2 : Math.min(MAX_BEND, 32 - ahead / 3)
  return { from, bendFrom: { x: from.x + bend, y: from.y }, bendTo: { x: to.x - bend, y: to.y }, to }
}

/** In pixels, the width in which a wire turns into its lane. */
const TURN = 36

function join([first, ...others]: readonly [Curve, ...Curve[]]): Curve {
  const [second, ...rest] = others
  if (second === undefined) return first
  const curve = join([second, ...rest])
  const length = lengthOf(first)
  return { ...first, next: { curve, ownPart: length / Math.max(1e-9, length + lengthOf(curve)) } }
}

/** @param lane - between the cards that stand in the way: the wire follows its y as far as its x. */
export function curveAlong(from: Point, to: Point, lane: Point | undefined): Curve {
  const turned = from.x + TURN
  if (lane === undefined || turned >= lane.x) return curveBetween(from, to)
  const [start, end] = [
    { x: turned, y: lane.y },
    { x: lane.x, y: lane.y },
  ]
  return join([curveBetween(from, start), curveBetween(start, end), curveBetween(end, to)])
}

const bendsOf = ({ bendFrom, bendTo, to, next }: Curve): string =>
  `C${bendFrom.x},${bendFrom.y} ${bendTo.x},${bendTo.y} ${to.x},${to.y}${next ? ` ${bendsOf(next.curve)}` : ''}`

export const pathOf = (curve: Curve): string => `M${curve.from.x},${curve.from.y} ${bendsOf(curve)}`

/** @param part - 0 at the start, 1 at the end. */
export function pointAt({ from, bendFrom, bendTo, to, next }: Curve, part: number): Point {
  if (next && part > next.ownPart) return pointAt(next.curve, (part - next.ownPart) / (1 - next.ownPart))
  const own = next ? part / next.ownPart : part
  const rest = 1 - own
  const [a, b, c, d] = [rest ** 3, 3 * rest ** 2 * own, 3 * rest * own ** 2, own ** 3]
  return {
    x: a * from.x + b * bendFrom.x + c * bendTo.x + d * to.x,
    y: a * from.y + b * bendFrom.y + c * bendTo.y + d * to.y,
  }
}

/** Accurate to a few percent, which suffices for the speed of marks. */
export function lengthOf({ from, bendFrom, bendTo, to, next }: Curve): number {
  const between = (left: Point, right: Point) => Math.hypot(right.x - left.x, right.y - left.y)
  const around = between(from, bendFrom) + between(bendFrom, bendTo) + between(bendTo, to)
  return (between(from, to) + around) / 2 + (next ? lengthOf(next.curve) : 0)
}
