// What can be set of the board's measurements on the command line.
import { maxOpenFiles } from '../processes.ts'
import type { BoardOptions } from './measure-board.ts'

export const boardArguments = {
  workers: { type: 'string', default: '1' },
  seconds: { type: 'string', default: '10' },
  connections: { type: 'string', default: '256' },
  'slow-connections': { type: 'string', default: '1024' },
  streams: { type: 'string', default: '2048' },
  upstreams: { type: 'string', default: '1' },
  generators: { type: 'string', default: '1' },
} as const

/** @throws Error for what is no number above 0. */
function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} ${text} is no number above 0`)
  return value
}

export function boardOptions(values: Readonly<Record<keyof typeof boardArguments, string>>): BoardOptions {
  const read = (name: keyof typeof boardArguments): number => numberOf(name, values[name])
  return {
    workers: values.workers,
    seconds: read('seconds'),
    connections: read('connections'),
    slowConnections: read('slow-connections'),
    // Each stream takes two descriptors of the balancer; the rest is for files and listeners.
    streams: Math.min(read('streams'), Math.floor((maxOpenFiles() - 200) / 2)),
    upstreams: read('upstreams'),
    generators: read('generators'),
  }
}
