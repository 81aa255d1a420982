// Reads the Dockerfiles, the compose file and the build context.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../support/daemon-process.ts'

export const readProjectFile = (name: string): string => readFileSync(join(projectFolder, name), 'utf8')

/** An instruction of a Dockerfile; `text` is what follows its word. */
export interface Instruction {
  readonly word: string
  readonly text: string
}

export interface Stage {
  readonly name: string
  /** An image, or the name of an earlier stage. */
  readonly base: string
  readonly instructions: readonly Instruction[]
}

/** @see https://docs.docker.com/reference/dockerfile/#format */
export function readDockerfile(name: string): Stage[] {
  const joined = readProjectFile(name)
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, '')
  const stages: { name: string; base: string; instructions: Instruction[] }[] = []
  for (const line of joined.split('\n').filter((text) => text !== '')) {
    const [, word = '', text = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    if (word === '') throw new Error(`${name}: cannot read ${line}`)
    if (word === 'FROM') {
      const [, base = '', stage = `stage ${stages.length}`] = /^(\S+)(?: AS (\S+))?$/.exec(text) ?? []
      stages.push({ name: stage, base, instructions: [] })
    } else stages.at(-1)?.instructions.push({ word, text })
  }
  return stages
}

/** The last instruction of its kind that holds for a stage of its own image, not for one that it is based on. */
export const lastOf = ({ instructions }: Stage, word: string): string | undefined =>
  instructions.findLast((instruction) => instruction.word === word)?.text

/** LABEL or ENV of a stage. */
export const pairsOf = ({ instructions }: Stage, word: 'LABEL' | 'ENV'): Record<string, string> =>
  Object.fromEntries(
    instructions
      .filter((instruction) => instruction.word === word)
      .flatMap(({ text }) => [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)])
      .map(([, key = '', quoted, bare]) => [key, quoted ?? bare ?? '']),
  )

/** What .dockerignore lets in. It lists by exception: all stays out but these. */
export function buildContext(): string[] {
  const lines = readProjectFile('.dockerignore')
    .split('\n')
    .filter((line) => !/^(#|$)/.test(line))
  if (lines[0] !== '*') throw new Error('.dockerignore lets more in than it lists')
  return lines.slice(1).map((line) => {
    if (!line.startsWith('!')) throw new Error(`.dockerignore: ${line}`)
    return line.slice(1)
  })
}
