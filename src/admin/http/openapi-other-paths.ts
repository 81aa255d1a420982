// Names the routes beside the admin API in the OpenAPI document; the documents of OpenAI, Anthropic and Ollama describe their
// bodies.

type Operation = Record<string, unknown>

const proxyOperation = (summary: string): Operation => ({
  tags: ['proxy'],
  summary,
  security: [{ clientToken: [] }, { clientKey: [] }, { azureKey: [] }, {}],
  responses: { 200: { description: "The endpoint's response." } },
})

const withPool = (operation: Operation): Operation => ({
  ...operation,
  parameters: [
    { name: 'pool', in: 'path', required: true, description: 'Ignored.', schema: { type: 'string' } },
  ],
})

const systemOperation = (summary: string, status = 200): Operation => ({
  tags: ['system'],
  summary,
  security: [],
  responses: { [status]: { description: summary } },
})

const models = proxyOperation('Models of the endpoints in reach')

/** A forwarded call under its three URLs. */
function callPaths(path: string, summary: string): Record<string, Record<string, Operation>> {
  const post = proxyOperation(summary)
  return { [`/v1${path}`]: { post }, [path]: { post }, [`/v1/{pool}${path}`]: { post: withPool(post) } }
}

const health: Operation = {
  ...systemOperation('Status and figures'),
  responses: Object.fromEntries(
    [
      [200, 'At least one endpoint is connected.'],
      [503, 'No endpoint is connected: degraded.'],
    ].map(([status, description]) => [
      status,
      { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Health' } } } },
    ]),
  ),
}

export const otherPaths: Readonly<Record<string, Record<string, Operation>>> = {
  ...callPaths('/chat/completions', 'Chat completion, streamed or not'),
  ...callPaths('/completions', 'Completion, streamed or not'),
  ...callPaths('/embeddings', 'Embeddings'),
  ...callPaths('/responses', 'Response, streamed or not'),
  ...callPaths('/messages', 'Message of Anthropic’s API, streamed or not'),
  ...callPaths('/messages/count_tokens', 'Number of tokens of a message'),
  ...callPaths('/rerank', 'Order of documents by relevance'),
  '/v2/rerank': { post: proxyOperation('Order of documents by relevance') },
  ...callPaths('/score', 'Scores of pairs of texts'),
  ...callPaths('/classify', 'Classes of texts'),
  ...callPaths('/pooling', 'Output of a pooling model'),
  ...callPaths('/tokenize', 'Tokens of a text'),
  ...callPaths('/detokenize', 'Text of tokens'),
  ...callPaths('/moderations', 'Moderation of texts and images'),
  ...callPaths('/images/generations', 'Generation of images'),
  ...callPaths('/images/edits', 'Edits of images (multipart)'),
  ...callPaths('/audio/speech', 'Speech from text'),
  ...callPaths('/audio/transcriptions', 'Text from speech (multipart)'),
  ...callPaths('/audio/translations', 'English text from speech (multipart)'),
  '/api/chat': { post: proxyOperation('Chat of Ollama’s API, streamed or not') },
  '/api/generate': { post: proxyOperation('Text of Ollama’s API from a prompt, streamed or not') },
  '/api/embed': { post: proxyOperation('Embeddings of Ollama’s API') },
  '/v1/models': { get: models },
  '/models': { get: models },
  '/v1/models/{id}': {
    get: {
      ...proxyOperation('One of these models'),
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    },
  },
  '/v1/{pool}/models': { get: withPool(models) },
  '/api/tags': { get: proxyOperation('Models of the endpoints in reach, in the form of Ollama’s API') },
  '/health': { get: health },
  '/livez': { get: systemOperation('Whether the process is alive') },
  '/readyz': { get: systemOperation('Whether the database is open and the process is not shutting down') },
  '/metrics': { get: systemOperation('Metrics in the Prometheus text format') },
  '/': { get: systemOperation('Leads to the admin page', 307) },
}
