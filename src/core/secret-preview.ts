// Shortens a secret for display: its owner can recognise it, and it cannot be used.

/** @returns the first and last four characters; for eight or fewer the first two; empty for an empty secret. */
export function previewSecret(secret: string): string {
  if (secret === '') return ''
  return secret.length > 8 ? `${secret.slice(0, 4)}...${secret.slice(-4)}` : `${secret.slice(0, 2)}***`
}
