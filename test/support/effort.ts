// How much the tests do: everything in CI, for which `.ci/run` sets CI; elsewhere less of what only repeats, for a quick run.

/** Whether everything is tested in full, and nothing is skipped for what the machine lacks. */
export const isFull = Boolean(process.env['CI'])

/** @returns the number for this run: of repetitions, or of milliseconds that something is watched for. */
export const effort = (full: number, quick: number): number => (isFull ? full : quick)
