// Samples the daemon's memory and fits a line through it.
import { residentKib, type Measured } from '../processes.ts'

interface Sample {
  readonly atS: number
  readonly residentMib: number
  readonly heapMib: number
  /** What V8 has reserved, used or not. */
  readonly heapTotalMib: number
  /** Buffers and the like, outside the heap. */
  readonly externalMib: number
}

interface Trend {
  /** Least squares over the second half. */
  readonly mibPerHour: number
  /**
   * The lowest of the second and of the last third. Memory rises and falls with V8's full collections, one in two or three
   * minutes here: means tell where in that a period began and ended, the lowest points what is left after a collection.
   */
  readonly lowestBeforeMib: number
  readonly lowestAfterMib: number
  readonly highestMib: number
}

export interface MemoryWatch {
  /** By kind of memory. */
  stop(): { trends: Record<string, Trend>; samples: number }
}

const SAMPLE_MS = 3_000
const HOUR_S = 3_600

function slope(points: readonly (readonly [number, number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}

function trendOf(samples: readonly Sample[], read: (sample: Sample) => number): Trend {
  const half = samples.slice(Math.floor(samples.length / 2))
  const third = Math.ceil(samples.length / 3)
  const lowest = (some: readonly Sample[]): number => Math.min(...some.map(read))
  return {
    mibPerHour: slope(half.map((sample) => [sample.atS, read(sample)])) * HOUR_S,
    lowestBeforeMib: lowest(samples.slice(third, 2 * third)),
    lowestAfterMib: lowest(samples.slice(2 * third)),
    highestMib: Math.max(...samples.map(read)),
  }
}

/** Reads the heap from the daemon's own metrics, as a monitoring system does all day. */
export function watchMemory({ port, pid }: Measured): MemoryWatch {
  const samples: Sample[] = []
  const sample = async (): Promise<void> => {
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    const mib = (name: string): number =>
      Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]) / 2 ** 20
    samples.push({
      atS: performance.now() / 1000,
      residentMib: residentKib(pid) / 1024,
      heapMib: mib('nodejs_heap_size_used_bytes'),
      heapTotalMib: mib('nodejs_heap_size_total_bytes'),
      externalMib: mib('nodejs_external_memory_bytes'),
    })
  }
  const timer = setInterval(() => void sample(), SAMPLE_MS)
  return {
    stop() {
      clearInterval(timer)
      return {
        trends: {
          resident: trendOf(samples, ({ residentMib }) => residentMib),
          heap: trendOf(samples, ({ heapMib }) => heapMib),
          'heap reserved': trendOf(samples, ({ heapTotalMib }) => heapTotalMib),
          external: trendOf(samples, ({ externalMib }) => externalMib),
        },
        samples: samples.length,
      }
    },
  }
}
