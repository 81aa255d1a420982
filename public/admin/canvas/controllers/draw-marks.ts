/** Draws the marks of the traffic on a canvas element: dots for requests, diamonds for failed requests. */
import type { Point, Size } from '../model/card.ts'
import type { TrafficFlow } from '../model/lines/traffic-flow.ts'
import { pointAt, type Curve } from '../model/lines/wire-curve.ts'

export interface Viewport extends Point, Size {
  readonly zoom: number
}

interface MarkedWire {
  readonly curve: Curve
  readonly flow: TrafficFlow | undefined
  /** Position of the first mark, from 0 at the start of the wire to 1 at its end. */
  readonly phase: number
}

interface Stamps {
  readonly dot: HTMLCanvasElement
  readonly fault: HTMLCanvasElement
}

export interface MarkDrawing {
  draw(viewport: Viewport, wires: Iterable<MarkedWire>): void
  /** Reads the colours and the resolution of the screen anew. */
  refresh(): void
}

const DOT = 3
const DIAMOND = 5.5
const OUTLINE = 1.5
/** Half of a stamp's side, in CSS pixels: a diamond with its outline. */
const HALF = 7
/** Marks are smaller from afar. */
const FAR_ZOOM = 0.6
const FAR_SIZE = 0.75

/** A mark, drawn once: hundreds of paths a frame cost several times as much as hundreds of copies. */
function stampOf(isFault: boolean, fill: string, outline: string, ratio: number): HTMLCanvasElement {
  const stamp = document.createElement('canvas')
  stamp.width = stamp.height = Math.ceil(2 * HALF * ratio)
  const context = stamp.getContext('2d')
  if (context === null) return stamp
  context.scale(ratio, ratio)
  context.translate(HALF, HALF)
  context.fillStyle = fill
  context.strokeStyle = outline
  context.lineWidth = OUTLINE
  context.beginPath()
  if (isFault) {
    context.moveTo(0, -DIAMOND)
    context.lineTo(DIAMOND, 0)
    context.lineTo(0, DIAMOND)
    context.lineTo(-DIAMOND, 0)
    context.closePath()
  } else {
    context.arc(0, 0, DOT, 0, 2 * Math.PI)
  }
  context.fill()
  context.stroke()
  return stamp
}

/** The style sheet passes the colours in properties that have no other effect on a canvas element. */
function stampsFor(surface: HTMLCanvasElement, ratio: number): Stamps {
  const { color, caretColor, outlineColor } = getComputedStyle(surface)
  return {
    dot: stampOf(false, color, outlineColor, ratio),
    fault: stampOf(true, caretColor, outlineColor, ratio),
  }
}

const isInside = ({ x, y }: Point, { width, height }: Size): boolean =>
  x > -HALF && y > -HALF && x < width + HALF && y < height + HALF

function drawWire(
  context: CanvasRenderingContext2D,
  { curve, flow, phase }: MarkedWire,
  viewport: Viewport,
  stamps: Stamps,
): void {
  if (flow === undefined) return
  const { x, y, zoom } = viewport
  const half = HALF * (zoom < FAR_ZOOM ? FAR_SIZE : 1)
  for (let index = 0; index < flow.marks; index += 1) {
    const at = pointAt(curve, (phase + index / flow.marks) % 1)
    const onScreen = { x: at.x * zoom + x, y: at.y * zoom + y }
    if (!isInside(onScreen, viewport)) continue
    const stamp = index < flow.faults ? stamps.fault : stamps.dot
    context.drawImage(stamp, onScreen.x - half, onScreen.y - half, 2 * half, 2 * half)
  }
}

export function createMarkDrawing(surface: HTMLCanvasElement): MarkDrawing {
  let ratio = window.devicePixelRatio
  let stamps: Stamps | undefined
  return {
    refresh() {
      ratio = window.devicePixelRatio
      stamps = undefined
    },
    draw(viewport, wires) {
      const [width, height] = [Math.round(viewport.width * ratio), Math.round(viewport.height * ratio)]
      if (surface.width !== width) surface.width = width
      if (surface.height !== height) surface.height = height
      const context = surface.getContext('2d')
      if (context === null) return
      stamps ??= stampsFor(surface, ratio)
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      context.clearRect(0, 0, viewport.width, viewport.height)
      for (const wire of wires) drawWire(context, wire, viewport, stamps)
    },
  }
}
