// Samples the daemon's memory and fits a line through it.
import { residentKib, type Measured } from './processes.ts'

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
  readonly firstMib: number
  readonly lastMib: number
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

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

function trendOf(samples: readonly Sample[], read: (sample: Sample) => number): Trend {
  const half = samples.slice(Math.floor(samples.length / 2))
  const fifth = Math.max(1, Math.floor(half.length / 5))
  return {
    mibPerHour: slope(half.map((sample) => [sample.atS, read(sample)])) * HOUR_S,
    firstMib: mean(half.slice(0, fifth).map(read)),
    lastMib: mean(half.slice(-fifth).map(read)),
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
