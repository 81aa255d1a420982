// The names of the forwarded calls, by which an endpoint's field `apis` says what its backend serves.

export const apiNames = [
  'chat',
  'completions',
  'responses',
  'messages',
  'count_tokens',
  'embeddings',
  'rerank',
  'score',
  'classify',
  'pooling',
  'tokenize',
  'detokenize',
  'moderations',
  'images',
  'image_edits',
  'speech',
  'transcriptions',
  'translations',
  'conversations',
  // Served with LB_SERVE_FILES.
  'files',
  'batches',
  'ollama_chat',
  'ollama_generate',
  'ollama_embed',
  // What LB_PASS_UNKNOWN_ROUTES passes on.
  'other',
] as const

export type ApiName = (typeof apiNames)[number]
