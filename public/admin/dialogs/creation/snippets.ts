/** Example requests with a client token. */

/** Quotes text as one shell word. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** @param origin - of the balancer, from the operator's browser */
export function snippets(origin: string, token: string, model: string) {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] })
  return {
    curl: `curl ${quoted(`${origin}/v1/chat/completions`)} \\
  -H ${quoted(`Authorization: Bearer ${token}`)} \\
  -H 'Content-Type: application/json' \\
  -d ${quoted(body)}`,
    python: `from openai import OpenAI

client = OpenAI(base_url=${JSON.stringify(`${origin}/v1`)}, api_key=${JSON.stringify(token)})
answer = client.chat.completions.create(
    model=${JSON.stringify(model)},
    messages=[{"role": "user", "content": "Hello!"}],
)
print(answer.choices[0].message.content)`,
    javascript: `import OpenAI from 'openai'

const client = new OpenAI({ baseURL: ${JSON.stringify(`${origin}/v1`)}, apiKey: ${JSON.stringify(token)} })
const answer = await client.chat.completions.create({
  model: ${JSON.stringify(model)},
  messages: [{ role: 'user', content: 'Hello!' }],
})
console.log(answer.choices[0].message.content)`,
  }
}
