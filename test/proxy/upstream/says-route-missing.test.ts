import { describe, expect, it } from 'vitest'
import { saysRouteMissing } from '../../../src/proxy/upstream/says-route-missing.ts'

const says = (body: string, status = 404): boolean => saysRouteMissing(status, Buffer.from(body))

describe('a 404', () => {
  it.each([
    ['FastAPI', '{"detail":"Not Found"}'],
    ['vLLM', '{"error":{"message":"Not Found","type":"NotFoundError","param":null,"code":404}}'],
    ['llama.cpp', '{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}'],
    ['OpenAI', '{"error":{"message":"Invalid URL (POST /v1/x)","type":"invalid_request_error"}}'],
    ['LM Studio', '{"error":"Unexpected endpoint or method. (POST /v1/x)"}'],
    ['a server in Go', '404 page not found\n'],
    ['nginx', '<html><head><title>404 Not Found</title></head></html>'],
    ['a server in Rust', ''],
  ])('of %s says that it lacks the route', (_server, body) => {
    expect(says(body)).toBe(true)
  })

  it.each([
    ['a model', '{"error":{"message":"The model `m` does not exist.","param":"model","code":404}}'],
    ['another model', '{"error":"model \'m\' not found"}'],
    ['an object', '{"error":{"message":"Response with id \'resp_1\' not found.","code":404}}'],
    ['an object of FastAPI', '{"detail":"File file-1 not found"}'],
    ['nothing known', '{}'],
  ])('about %s does not', (_what, body) => {
    expect(says(body)).toBe(false)
  })

  it('is told from other statuses, of which 405 says so by itself', () => {
    expect(says('{"detail":"Not Found"}', 400)).toBe(false)
    expect(says('{"detail":"Method Not Allowed"}', 405)).toBe(true)
  })
})
