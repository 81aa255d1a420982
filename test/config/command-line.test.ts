import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { isConfigError } from '../../src/config/config-error.ts'
import { helpText, parseCommandLine } from '../../src/config/command-line.ts'
import { environmentTable } from '../../src/config/environment-table.ts'

const config = { kind: 'config', url: undefined, prune: false, yes: false, positions: false }

describe('the command line', () => {
  it.each([
    [[], { kind: 'serve', demo: false }],
    [['--demo'], { kind: 'serve', demo: true }],
    [['--workers', '3'], { kind: 'serve', demo: false, workers: 3 }],
    [['--demo', '--workers', 'auto'], { kind: 'serve', demo: true, workers: availableParallelism() }],
    [['--help'], { kind: 'help' }],
    [['-h'], { kind: 'help' }],
    [['--version'], { kind: 'version' }],
    [['-v'], { kind: 'version' }],
    [['health'], { kind: 'health' }],
    [['health', '--help'], { kind: 'help' }],
    [['config', 'export'], { ...config, action: 'export', file: '-' }],
    [
      ['config', 'export', 'a.yaml', '--positions'],
      { ...config, action: 'export', file: 'a.yaml', positions: true },
    ],
    [['config', 'diff', '-', '--prune'], { ...config, action: 'diff', file: '-', prune: true }],
    [
      ['config', 'apply', 'a.yaml', '-y', '--prune', '--url', 'https://lb'],
      { ...config, action: 'apply', file: 'a.yaml', prune: true, yes: true, url: 'https://lb' },
    ],
  ])('%j is understood', (args, command) => {
    expect(parseCommandLine(args)).toEqual(command)
  })

  it.each([
    [['--port', '1'], "Unknown option '--port'; see load-balancer --help"],
    [['-x'], "Unknown option '-x'; see load-balancer --help"],
    [['--demo=yes'], "Option '--demo' does not take an argument; see load-balancer --help"],
    [['start'], "Unknown command 'start'; see load-balancer --help"],
    [['two\nlines'], "Unknown command 'two lines'; see load-balancer --help"],
    [['health', 'now'], "'health' takes nothing more; see load-balancer --help"],
    [['health', '--demo'], "'health' takes nothing more; see load-balancer --help"],
    [['--prune'], 'starting takes no --prune; see load-balancer --help'],
    [['config'], "'config' takes export, diff or apply; see load-balancer --help"],
    [['config', 'toString', 'x'], "'config' takes export, diff or apply; see load-balancer --help"],
    [['config', 'apply'], "'config apply' takes a file, or - for standard input; see load-balancer --help"],
    [['config', 'diff', 'a', 'b'], "'config diff' takes one file; see load-balancer --help"],
    [['config', 'diff', 'a', '--yes'], "'config diff' takes no --yes; see load-balancer --help"],
    [['config', 'export', '--prune'], "'config export' takes no --prune; see load-balancer --help"],
  ])('%j is refused in one line', (args, message) => {
    const parse = () => parseCommandLine(args)
    expect(parse).toThrow(expect.objectContaining({ message }) as Error)
    expect(parse).toThrow(expect.toSatisfy(isConfigError) as Error)
  })
})

describe('the help text', () => {
  const text = helpText('3.0.0')

  it('names version, commands, options and every variable', () => {
    for (const word of [
      'LLM Load Balancer 3.0.0',
      '--demo',
      '--help',
      '--version',
      'health',
      'config apply',
      '--prune',
      '_FILE',
    ])
      expect(text).toContain(word)
    for (const { name, description, kind } of environmentTable)
      for (const part of [name, description, kind.takes]) expect(text).toContain(part)
  })

  it('shows defaults', () => {
    expect(text).toContain('LB_PORT (default 8090)')
    expect(text).toContain('  LB_CLIENT_TOKENS\n')
  })
})
