// What backends keep for later requests.

/** The words for each in errors. */
export const objectWords = {
  response: 'Response',
  conversation: 'Conversation',
  file: 'File',
  batch: 'Batch',
} as const

export type ObjectKind = keyof typeof objectWords
