// Builds one page, named by the mode: `vite build --config public/vite.config.ts --mode admin` (or load-producer).
import react from '@vitejs/plugin-react'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Puts a .br and a .gz beside every text file, which the server then sends as they are. */
const compressed = (outDir: string): Plugin => ({
  name: 'compressed',
  closeBundle() {
    for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(?:js|css|html|svg)$/.test(entry.name)) continue
      const path = `${entry.parentPath}/${entry.name}`
      const content = readFileSync(path)
      writeFileSync(`${path}.br`, brotliCompressSync(content))
      writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
    }
  },
})

export default defineConfig(({ mode: page }) => {
  const outDir = folder(`../dist/public/${page}`)
  return {
    root: folder(page),
    // The Load Producer is served at the root of its own host and below /load-producer.
    base: page === 'admin' ? '/admin/' : './',
    plugins: [react(), compressed(outDir)],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      // A test holds the sizes of the pages, compressed as they are sent.
      chunkSizeWarningLimit: Infinity,
    },
  }
})
