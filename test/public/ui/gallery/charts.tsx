/** Charts of the gallery; a button adds data to the first two. */
import { useMemo, useState } from 'react'
import type { AlignedData } from 'uplot'
import { BarChart } from '../../../../public/ui/charts/bar-chart.tsx'
import { Button } from '../../../../public/ui/buttons/button.tsx'
import { duration, rate } from '../../../../public/ui/format/figures.ts'
import { TimeChart } from '../../../../public/ui/charts/time-chart.tsx'
import styles from './gallery.module.css'

const latencyCurves = [
  { label: 'p50', color: '--accent' },
  { label: 'p95', color: '--info' },
  { label: 'p99', color: '--warn' },
]
const rateCurves = [{ label: 'tok/s', color: '--ok', filled: true }]
const wave = (index: number, base: number) => base + base * 0.2 * Math.sin(index / 5) + (index % 7) * 4
const perSecond = (value: number): string => `${rate(value)}\u202f/s`
const milliseconds = (value: number): string => duration(value)

const bell = (middle: number) =>
  Array.from({ length: 24 }, (_, index) => Math.round(300 * Math.exp(-(((index - middle) / 4) ** 2))))
const bounds = Array.from({ length: 25 }, (_, index) => 100 * 10 ** (index / 20))
const groups = [
  { label: 'vllm-eu-1', color: '--accent', counts: bell(8) },
  { label: 'vllm-us-1', color: '--info', counts: bell(14) },
]

export function Charts() {
  const [length, setLength] = useState(60)
  const at = useMemo(() => Array.from({ length }, (_, index) => index), [length])
  const latency = useMemo(
    (): AlignedData => [
      at,
      at.map((index) => wave(index, 180)),
      at.map((index) => wave(index, 420)),
      at.map((index) => (index === 20 ? null : wave(index, 900))),
    ],
    [at],
  )
  const tokens = useMemo((): AlignedData => [at, at.map((index) => wave(index, 2400))], [at])
  return (
    <>
      <section className={styles.part} aria-label="Curves">
        <Button onClick={() => setLength(length + 60)}>Go on</Button>
        <TimeChart
          label="First token latency"
          curves={latencyCurves}
          data={latency}
          format={milliseconds}
          since="start"
          syncKey="run"
        />
        <TimeChart
          label="Throughput"
          curves={rateCurves}
          data={tokens}
          format={perSecond}
          since="start"
          syncKey="run"
        />
      </section>
      <section className={styles.part} aria-label="Bars">
        <BarChart label="First token by endpoint" bounds={bounds} groups={groups} format={milliseconds} />
        <TimeChart
          bare
          height={64}
          label="Tokens per second"
          curves={rateCurves}
          data={tokens}
          format={perSecond}
        />
      </section>
    </>
  )
}
