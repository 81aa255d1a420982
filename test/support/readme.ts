/** Parses the README into headings, fenced blocks, links and tables. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from './daemon-process.ts'

export const readmePath = join(projectFolder, 'README.md')
export const readme = readFileSync(readmePath, 'utf8')

interface Block {
  /** Info string after the opening fence, such as `sh run`. */
  readonly info: string
  readonly text: string
}

/** All fenced blocks, in order. */
export const blocks: readonly Block[] = [...readme.matchAll(/^```(\S.*)\n([^]*?)^```$/gm)].map(
  ([, info = '', text = '']) => ({ info, text }),
)

export const blocksOf = (info: string): string[] =>
  blocks.filter((block) => block.info === info).map(({ text }) => text)

const prose = readme.replaceAll(/^```[^]*?^```$/gm, '')

interface Heading {
  readonly level: number
  readonly title: string
  /** Fragment of links to the heading, by GitHub's rules. */
  readonly anchor: string
}

export const headings: readonly Heading[] = [...prose.matchAll(/^(#+) (.+)$/gm)].map(
  ([, marks = '', title = '']) => ({
    level: marks.length,
    title,
    anchor: title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  }),
)

/** Targets of all links and pictures. */
export const links: readonly string[] = [
  ...[...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target),
  ...[...prose.matchAll(/(?:srcset|src)="([^"]+)"/g)].map(([, target = '']) => target),
]

/** The text below a heading, up to the next heading of the same or a higher level. */
export function section(title: string): string {
  const heading = headings.find((one) => one.title === title)
  if (heading === undefined) throw new Error(`the README has no heading ${title}`)
  const line = `\n${'#'.repeat(heading.level)} ${title}\n`
  const rest = readme.slice(readme.indexOf(line) + line.length)
  const end = rest.search(new RegExp(`^#{1,${heading.level}} `, 'm'))
  return end < 0 ? rest : rest.slice(0, end)
}

/** Rows, as cells, of the first table whose header begins with these columns. */
export function table(...columns: readonly string[]): string[][] {
  const lines = readme.split('\n')
  const cells = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  const start = lines.findIndex(
    (line) => line.startsWith('| ') && columns.every((column, index) => cells(line)[index] === column),
  )
  if (start < 0) throw new Error(`the README has no table of ${columns.join(', ')}`)
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end).map(cells)
}

/** The texts between backticks in a cell. */
export const codesIn = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
