// Verifies that the lock file lets `npm ci` install on every platform and names no private registry.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface Locked {
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Readonly<Record<string, Locked>>
}

it('the lock file holds every optional package that another one asks for', () => {
  const paths = Object.keys(packages)
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !paths.some((other) => other.endsWith(`node_modules/${name}`)))
      .map((name) => `${name} of ${path}`),
  )
  expect(missing).toEqual([])
  expect(paths.length).toBeGreaterThan(200)
})

it('the lock file names no other host than the public registry', () => {
  const hosts = Object.values(packages).flatMap(({ resolved }) => (resolved ? [new URL(resolved).host] : []))
  expect(new Set(hosts)).toEqual(new Set(hosts.filter((host) => host === 'registry.npmjs.org')))
})
