// What may be shown of a secret, so that its owner recognises it and nobody else can use it.

/** @returns first and last four characters, of eight or fewer only the first two; empty for an empty secret. */
export function previewSecret(secret: string): string {
  if (secret === '') return ''
  return secret.length > 8 ? `${secret.slice(0, 4)}...${secret.slice(-4)}` : `${secret.slice(0, 2)}***`
}
