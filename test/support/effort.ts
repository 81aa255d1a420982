// How much the tests do: everything in CI, for which `.ci/run` sets CI; elsewhere less of what only repeats, for a quick run,
// and least in mutation testing, which repeats each test for each mutant.

/** Whether everything is tested in full, and nothing is skipped for what the machine lacks. */
export const isFull = Boolean(process.env['CI'])

const isMutating = Boolean(process.env['MUTATION'])

/** @returns the number for this run: of repetitions, or of milliseconds that something is watched for. */
export const effort = (full: number, quick: number): number =>
  isMutating ? Math.ceil(quick / 4) : isFull ? full : quick

/** @returns the cases for this run: all, or the first `quick` where the others test the same law with other values. */
export const casesOf = <Case>(all: readonly Case[], quick: number): readonly Case[] =>
  isFull ? all : all.slice(0, quick)
