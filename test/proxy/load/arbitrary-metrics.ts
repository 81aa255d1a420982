// Metrics in Prometheus' text format, as servers and their enemies write them.
import fc from 'fast-check'

const labelText = fc
  .string({ maxLength: 12 })
  .map((text) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n'))

/** The labels of a sample, whose values may look like the rest of a line. */
const labels = fc
  .record({
    engine: fc.nat({ max: 9 }).map(String),
    model_name: fc.oneof(labelText, fc.constantFrom('} 7', '\\"} 7', 'vllm:num_requests_waiting{', '#')),
  })
  .map((pairs) =>
    Object.entries(pairs)
      .map(([name, value]) => `${name}="${value}"`)
      .join(','),
  )

/** Lines of a server that are of no concern, though some of their names begin alike. */
const otherLine = fc.oneof(
  fc.constantFrom(
    '# HELP vllm:num_requests_waiting Requests that wait.',
    '# TYPE vllm:num_requests_waiting gauge',
    '',
    'vllm:num_requests_waiting_by_reason{reason="capacity"} 99',
    'my_vllm:num_requests_waiting 99',
    'vllm:num_requests_waiting NaN',
    'vllm:num_requests_running{engine="0"} +Inf',
    'http_request_duration_seconds_bucket{le="+Inf"} 99',
  ),
  fc.tuple(labels, fc.nat()).map(([text, value]) => `vllm:request_success_total{${text}} ${value}`),
)

const countLine = (name: string, value: number) =>
  fc
    .tuple(labels, fc.constantFrom('', ' 1395066363000'))
    .map(([text, time]) => `${name}{${text}} ${value.toFixed(1)}${time}`)

/** Running and waiting requests of each engine, and the metrics that say so. */
export const vllmMetrics = fc
  .array(fc.record({ running: fc.nat({ max: 999 }), waiting: fc.nat({ max: 999 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .chain((engines) =>
    fc
      .tuple(
        fc.tuple(
          ...engines.flatMap(({ running, waiting }) => [
            countLine('vllm:num_requests_running', running),
            countLine('vllm:num_requests_waiting', waiting),
          ]),
        ),
        fc.array(otherLine, { maxLength: 12 }),
      )
      .chain(([own, others]) =>
        fc
          .shuffledSubarray([...own, ...others], { minLength: own.length + others.length })
          .map((lines) => ({ engines, text: lines.map((line) => `${line}\n`).join('') })),
      ),
  )

/** Pieces of lines in any order, beside plain text. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        'vllm:num_requests_waiting',
        'vllm:cache_config_info',
        'te_queue_size',
        '{',
        '}',
        'block_size="16"',
        '"',
        '\\',
        ',',
        '=',
        ' ',
        '-1',
        '1e999',
        '\n',
        '\r\n',
      ),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(''))
