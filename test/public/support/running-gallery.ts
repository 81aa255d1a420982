/** Builds the gallery of UI components into a temporary folder and serves it under the content security policy of the pages. */
import react from '@vitejs/plugin-react'
import fastifyStatic from '@fastify/static'
import fastify from 'fastify'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { contentSecurityPolicy } from '../../../src/app/http/static-files.ts'
import { onEnd } from '../../support/lifetime.ts'

/** @returns the folder, which the caller must remove with `removeGallery`. */
export async function buildGallery(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'lb-gallery-'))
  await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('../ui/gallery', import.meta.url)),
    base: './',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, minify: false },
  })
  return outDir
}

export const removeGallery = (folder: string): void => rmSync(folder, { recursive: true, force: true })

/** @returns the URL of the gallery. */
export async function serveGallery(root: string): Promise<string> {
  const server = fastify()
  server.addHook('onSend', (_request, reply, _payload, done) => {
    reply.header('content-security-policy', contentSecurityPolicy)
    done()
  })
  await server.register(fastifyStatic, { root })
  onEnd(() => server.close())
  return await server.listen({ host: '127.0.0.1', port: 0 })
}
