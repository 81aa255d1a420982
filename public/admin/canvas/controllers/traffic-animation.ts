/**
 * Moves marks along the wires. All wires share one canvas element: hundreds of animated elements would use more
 * main-thread time than the rest of the page.
 */
import {
  createMovingMaximum,
  trafficFlowOf,
  type TrafficFlow,
  type Rates,
} from '../model/lines/traffic-flow.ts'
import { lengthOf, type Curve } from '../model/lines/wire-curve.ts'
import { createMarkDrawing, type Viewport } from './draw-marks.ts'

interface Wire {
  curve: Curve
  length: number
  rates: Rates | undefined
  flow: TrafficFlow | undefined
  held: boolean
  phase: number
}

interface RunningTraffic {
  /** To be called when the viewport has changed: the marks follow with the next frame. */
  moved(): void
  stop(): void
}

export interface TrafficAnimation {
  place(edgeId: string, curve: Curve): void
  rate(edgeId: string, rates: Rates | undefined): void
  /** Stops the marks of a wire, as while the pointer is on it. */
  hold(edgeId: string, held: boolean): void
  /** Draws the marks of these wires only. @param edgeIds - undefined for all. */
  restrict(edgeIds: ReadonlySet<string> | undefined): void
  remove(edgeId: string): void
  /** Draws on animation frames, which it requests only while a wire has marks. */
  start(surface: HTMLCanvasElement, viewport: () => Viewport, isStill: () => boolean): RunningTraffic
}

/** Longest time that one frame advances: after the page was hidden, the marks do not jump. */
const LONGEST_STEP_S = 0.1
/** With marks on more wires they are drawn 25 times a second rather than at every frame. */
const MANY = 12
const SLOW_FRAME_MS = 40

const isSameView = (left: Viewport | undefined, right: Viewport): boolean =>
  left?.x === right.x &&
  left.y === right.y &&
  left.zoom === right.zoom &&
  left.width === right.width &&
  left.height === right.height

/** Requests one frame at a time, at once or after a pause. */
function createFrames(draw: (now: number) => void) {
  let request: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const ask = (): void => {
    clearTimeout(timer)
    timer = undefined
    request ??= requestAnimationFrame((now) => {
      request = undefined
      draw(now)
    })
  }
  return {
    ask,
    /** A page without a request draws nothing meanwhile: a request that is not used costs almost as much as a drawn frame. */
    askLater: (pauseMs: number) => void (timer ??= setTimeout(ask, pauseMs)),
    stop() {
      clearTimeout(timer)
      if (request !== undefined) cancelAnimationFrame(request)
    },
  }
}

/** Gives each wire its marks. @returns how many wires have any. */
function assignMarks(wires: Iterable<Wire>, maximum: number): number {
  let marked = 0
  for (const wire of wires) {
    wire.flow = wire.rates && trafficFlowOf(wire.rates, maximum)
    if (wire.flow !== undefined) marked += 1
  }
  return marked
}

function moveMarks(wires: Iterable<Wire>, elapsedS: number, zoom: number): void {
  for (const wire of wires) {
    if (wire.flow === undefined || wire.held) continue
    wire.phase = (wire.phase + (wire.flow.pace * elapsedS) / Math.max(1, wire.length * zoom)) % 1
  }
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
    busy = assignMarks(wires.values(), movingMaximum(greatest))
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
      const drawing = createMarkDrawing(surface)
      /** Where the marks on the surface were drawn; undefined while it is blank. */
      let drawn: Viewport | undefined
      const frames = createFrames((now) => {
        const seen = viewport()
        const changed = stale || !isSameView(drawn, seen)
        const elapsedS = Math.min(LONGEST_STEP_S, Math.max(0, (now - last) / 1000))
        last = now
        if (stale) {
          refresh()
          drawing.refresh()
        }
        const moves = busy > 0 && !isStill()
        if (moves) moveMarks(wires.values(), elapsedS, seen.zoom)
        if (busy > 0 ? moves || changed : drawn !== undefined) {
          drawing.draw(seen, litWires())
          drawn = busy > 0 ? seen : undefined
        }
        if (busy > MANY) frames.askLater(SLOW_FRAME_MS)
        else if (busy > 0) frames.ask()
      })
      // A change of the rates waits for the next frame of the marks that move, if there is one.
      wake = () => (busy > MANY ? frames.askLater(SLOW_FRAME_MS) : frames.ask())
      frames.ask()
      return {
        moved: frames.ask,
        stop() {
          frames.stop()
          wake = () => undefined
        },
      }
    },
  }
}
