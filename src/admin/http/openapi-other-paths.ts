// Names the routes beside the admin API in the OpenAPI document; the documents of OpenAI, Anthropic and Ollama describe their
// bodies.

type Operation = Record<string, unknown>

const proxyOperation = (summary: string): Operation => ({
  tags: ['proxy'],
  summary,
  security: [{ clientToken: [] }, { clientKey: [] }, { azureKey: [] }, {}],
  responses: { 200: { description: "The endpoint's response." } },
})

interface Parameter {
  readonly name: string
  readonly in: 'path'
  readonly required: true
  readonly description?: string
  readonly schema: { readonly type: 'string' }
}

const idInPath: Parameter = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }
const poolInPath: Parameter = { ...idInPath, name: 'pool', description: 'Ignored.' }

const withParameters = (operation: Operation, parameters: readonly Parameter[]): Operation =>
  parameters.length === 0 ? operation : { ...operation, parameters }

const withPool = (operation: Operation): Operation => withParameters(operation, [poolInPath])

const systemOperation = (summary: string, status = 200): Operation => ({
  tags: ['system'],
  summary,
  security: [],
  responses: { [status]: { description: summary } },
})

const models = proxyOperation('Models of the endpoints in reach')

type Method = 'get' | 'post' | 'delete'

/** Forwarded calls of one path under its three URLs, with their summaries. */
function pathOf(
  path: string,
  summaries: Readonly<Partial<Record<Method, string>>>,
): Record<string, Record<string, Operation>> {
  const parameters = path.includes('{id}') ? [idInPath] : []
  const operations = (more: readonly Parameter[]): Record<string, Operation> =>
    Object.fromEntries(
      Object.entries(summaries).map(([method, summary]) => [
        method,
        withParameters(proxyOperation(summary), [...more, ...parameters]),
      ]),
    )
  return {
    [`/v1${path}`]: operations([]),
    [path]: operations([]),
    [`/v1/{pool}${path}`]: operations([poolInPath]),
  }
}

const callPaths = (path: string, summary: string) => pathOf(path, { post: summary })

/** Calls about what backends keep. */
const objectPaths = {
  ...callPaths('/responses/input_tokens', 'Number of tokens of a response’s input'),
  ...pathOf('/responses/{id}', { get: 'A stored response', delete: 'Deletion of a stored response' }),
  ...pathOf('/responses/{id}/input_items', { get: 'The input of a stored response' }),
  ...callPaths('/responses/{id}/cancel', 'End of a response in the background'),
  ...callPaths('/conversations', 'Conversation, which responses continue'),
  ...pathOf('/conversations/{id}', {
    get: 'A conversation',
    post: 'Change of a conversation',
    delete: 'Deletion of a conversation',
  }),
  ...pathOf('/conversations/{id}/items', {
    get: 'The items of a conversation',
    post: 'Further items of a conversation',
  }),
  ...callPaths('/files', 'File (multipart; LB_SERVE_FILES)'),
  ...pathOf('/files/{id}', { get: 'A file’s description', delete: 'Deletion of a file' }),
  ...pathOf('/files/{id}/content', { get: 'A file' }),
  ...callPaths('/batches', 'Batch of requests (LB_SERVE_FILES)'),
  ...pathOf('/batches/{id}', { get: 'State of a batch' }),
  ...callPaths('/batches/{id}/cancel', 'End of a batch'),
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
  ...objectPaths,
  '/api/chat': { post: proxyOperation('Chat of Ollama’s API, streamed or not') },
  '/api/generate': { post: proxyOperation('Text of Ollama’s API from a prompt, streamed or not') },
  '/api/embed': { post: proxyOperation('Embeddings of Ollama’s API') },
  '/v1/models': { get: models },
  '/models': { get: models },
  '/v1/models/{id}': {
    get: withParameters(proxyOperation('One of these models'), [idInPath]),
  },
  '/v1/{pool}/models': { get: withPool(models) },
  '/api/tags': { get: proxyOperation('Models of the endpoints in reach, in the form of Ollama’s API') },
  '/api/ps': { get: proxyOperation('The same models, as loaded') },
  '/api/show': { post: proxyOperation('One of these models, in the form of Ollama’s API') },
  '/api/version': { get: proxyOperation('Version of Ollama whose API is served') },
  '/health': { get: health },
  '/livez': { get: systemOperation('Whether the process is alive') },
  '/readyz': { get: systemOperation('Whether the database is open and the process is not shutting down') },
  '/metrics': { get: systemOperation('Metrics in the Prometheus text format') },
  '/': { get: systemOperation('Leads to the admin page', 307) },
}
