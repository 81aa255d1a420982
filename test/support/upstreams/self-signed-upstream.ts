// An upstream with a self-signed certificate.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../../store/temporary-store.ts'
import { findOnPath } from '../daemon-process.ts'

const [openssl] = findOnPath('openssl')

/** Whether openssl is installed; the functions below need it. */
export const canSignCertificates = openssl !== undefined

/** Makes a key and a certificate for 127.0.0.1. @returns their paths. */
export function signCertificate(): { key: string; cert: string } {
  const folder = temporaryFolder()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const names = ['-subj', '/CN=localhost', '-days', '1', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync(openssl ?? '', ['req', '-x509', ...curve, ...names, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  return { key, cert }
}

/** Responds to every request with a completion without choices. @returns its origin. */
export async function startSelfSigned(): Promise<string> {
  const { key, cert } = signCertificate()
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    request.resume().once('end', () => response.end('{"choices":[]}'))
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}
