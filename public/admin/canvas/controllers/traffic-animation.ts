/**
 * Draws marks that move along the wires: dots for requests, diamonds for failed requests. All wires share one canvas
 * element: hundreds of animated elements would use more main-thread time than the rest of the page.
 */
import type { Point } from '../model/card.ts'
import {
  createMovingMaximum,
  trafficFlowOf,
  type TrafficFlow,
  type Rates,
} from '../model/lines/traffic-flow.ts'
import { lengthOf, pointAt, type Curve } from '../model/lines/wire-curve.ts'

interface Viewport extends Point {
  readonly zoom: number
}

interface Wire {
  curve: Curve
  length: number
  rates: Rates | undefined
  flow: TrafficFlow | undefined
  held: boolean
  /** Position of the first mark, from 0 at the start of the wire to 1 at its end. */
  phase: number
}

export interface TrafficAnimation {
  place(edgeId: string, curve: Curve): void
  rate(edgeId: string, rates: Rates | undefined): void
  /** Stops the marks of a wire, as while the pointer is on it. */
  hold(edgeId: string, held: boolean): void
  /** Draws the marks of these wires only. @param edgeIds - undefined for all. */
  restrict(edgeIds: ReadonlySet<string> | undefined): void
  remove(edgeId: string): void
  /** Draws on animation frames, which it requests only while a wire has marks. @returns a function that stops it. */
  start(surface: HTMLCanvasElement, viewport: () => Viewport, isStill: () => boolean): () => void
}

const DOT = 3
const DIAMOND = 5.5
/** Longest time that one frame advances: after the page was hidden, the marks do not jump. */
const LONGEST_STEP_S = 0.1
/** With marks on more wires they are drawn 30 times a second rather than at every frame. */
const MANY = 40
const SLOW_FRAME_MS = 30

const isInside = ({ x, y }: Point, surface: HTMLCanvasElement): boolean =>
  x > -DIAMOND && y > -DIAMOND && x < surface.clientWidth + DIAMOND && y < surface.clientHeight + DIAMOND

function drawMark(context: CanvasRenderingContext2D, { x, y }: Point, isFault: boolean, size: number): void {
  context.beginPath()
  if (isFault) {
    const half = DIAMOND * size
    context.moveTo(x, y - half)
    context.lineTo(x + half, y)
    context.lineTo(x, y + half)
    context.lineTo(x - half, y)
    context.closePath()
  } else {
    context.arc(x, y, DOT * size, 0, 2 * Math.PI)
  }
  context.fill()
  context.stroke()
}

function drawWire(
  context: CanvasRenderingContext2D,
  { curve, flow, phase }: Wire,
  { x, y, zoom }: Viewport,
  colours: { readonly dot: string; readonly fault: string },
): void {
  if (flow === undefined) return
  for (let index = 0; index < flow.marks; index += 1) {
    const at = pointAt(curve, (phase + index / flow.marks) % 1)
    const onScreen = { x: at.x * zoom + x, y: at.y * zoom + y }
    if (!isInside(onScreen, context.canvas)) continue
    const isFault = index < flow.faults
    context.fillStyle = isFault ? colours.fault : colours.dot
    drawMark(context, onScreen, isFault, zoom < 0.6 ? 0.75 : 1)
  }
}

/** Sets the surface's resolution to its size in device pixels. */
function fitSurface(surface: HTMLCanvasElement): void {
  const ratio = window.devicePixelRatio
  const [width, height] = [Math.round(surface.clientWidth * ratio), Math.round(surface.clientHeight * ratio)]
  if (surface.width !== width) surface.width = width
  if (surface.height !== height) surface.height = height
}

function draw(surface: HTMLCanvasElement, viewport: Viewport, wires: Iterable<Wire>): void {
  fitSurface(surface)
  const context = surface.getContext('2d')
  if (context === null) return
  const ratio = window.devicePixelRatio
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, surface.clientWidth, surface.clientHeight)
  // The style sheet passes the colours in properties that have no other effect on a canvas element.
  const style = getComputedStyle(surface)
  context.strokeStyle = style.outlineColor
  context.lineWidth = 1.5
  const colours = { dot: style.color, fault: style.caretColor }
  for (const wire of wires) drawWire(context, wire, viewport, colours)
}

export function createTrafficAnimation(): TrafficAnimation {
  const wires = new Map<string, Wire>()
  const movingMaximum = createMovingMaximum()
  let stale = true
  /** Number of wires with marks. */
  let busy = 0

  /** Requests a frame if none is requested. */
  let wake = (): void => undefined
  let lit: ReadonlySet<string> | undefined
  const litWires = () => [...wires].flatMap(([id, wire]) => (lit?.has(id) === false ? [] : [wire]))

  function change(): void {
    stale = true
    wake()
  }

  /** Recomputes the marks of all wires after an update. */
  function refresh(): void {
    stale = false
    let greatest = 0
    for (const { rates } of wires.values()) greatest = Math.max(greatest, rates?.tokens_per_second ?? 0)
    const maximum = movingMaximum(greatest)
    for (const wire of wires.values()) wire.flow = wire.rates && trafficFlowOf(wire.rates, maximum)
    busy = [...wires.values()].filter(({ flow }) => flow !== undefined).length
  }

  function step(elapsedS: number, zoom: number): void {
    for (const wire of wires.values()) {
      if (wire.flow === undefined || wire.held) continue
      wire.phase = (wire.phase + (wire.flow.pace * elapsedS) / Math.max(1, wire.length * zoom)) % 1
    }
  }

  return {
    place(edgeId, curve) {
      const wire = wires.get(edgeId)
      const length = lengthOf(curve)
      if (wire) Object.assign(wire, { curve, length })
      else wires.set(edgeId, { curve, length, rates: undefined, flow: undefined, held: false, phase: 0.25 })
      change()
    },
    rate(edgeId, rates) {
      const wire = wires.get(edgeId)
      if (wire) wire.rates = rates
      change()
    },
    hold(edgeId, held) {
      const wire = wires.get(edgeId)
      if (wire) wire.held = held
    },
    restrict(edgeIds) {
      lit = edgeIds
      change()
    },
    remove(edgeId) {
      wires.delete(edgeId)
      change()
    },
    start(surface, viewport, isStill) {
      let last = performance.now()
      /** Where the marks on the surface were drawn; undefined while it is blank. */
      let drawn: Viewport | undefined
      let request: number | undefined
      const frame = (now: number): void => {
        const seen = viewport()
        const changed = stale || seen.x !== drawn?.x || seen.y !== drawn.y || seen.zoom !== drawn.zoom
        if (!changed && busy > MANY && now - last < SLOW_FRAME_MS)
          return void (request = requestAnimationFrame(frame))
        const elapsedS = Math.min(LONGEST_STEP_S, (now - last) / 1000)
        last = now
        if (stale) refresh()
        const moves = busy > 0 && !isStill()
        if (moves) step(elapsedS, seen.zoom)
        if (busy > 0 ? moves || changed : drawn !== undefined) {
          draw(surface, seen, litWires())
          drawn = busy > 0 ? seen : undefined
        }
        request = busy > 0 ? requestAnimationFrame(frame) : undefined
      }
      wake = () => void (request ??= requestAnimationFrame(frame))
      wake()
      return () => {
        if (request !== undefined) cancelAnimationFrame(request)
        wake = () => undefined
      }
    },
  }
}
