/** What an address that does not work may have been meant to be. */
import { describe, expect, it } from 'vitest'
import { addressProposal } from '../../../../public/admin/inspector/panel/address-proposal.ts'

describe('of an address that cannot be used, what is proposed', () => {
  it.each([
    ['127.0.0.1:9999', 'http://127.0.0.1:9999/v1'],
    ['127.0.0.1:9999/v1', 'http://127.0.0.1:9999/v1'],
    ['vllm:8000', 'http://vllm:8000/v1'],
    ['//vllm-1.internal/api/', 'http://vllm-1.internal/api'],
    ['htp://vllm:8000/v1', 'http://vllm:8000/v1'],
    ['http:/vllm:8000/v1', 'http://vllm:8000/v1'],
    ['https://u:p@vllm/v1?key=1#x', 'https://vllm/v1'],
  ])('instead of %s is %s', (typed, proposal) => {
    expect(addressProposal(typed)).toBe(proposal)
  })

  it('is nothing where nothing was typed, or nothing can be made of it', () => {
    expect(addressProposal('')).toBeUndefined()
    expect(addressProposal('::::')).toBeUndefined()
    expect(addressProposal('a b')).toBeUndefined()
  })
})

describe('of an address that can be used', () => {
  it('nothing else is proposed before a test, but for a route at its end', () => {
    expect(addressProposal('http://vllm:8000/v1')).toBeUndefined()
    expect(addressProposal('http://vllm:8000')).toBeUndefined()
    expect(addressProposal('http://vllm:8000/v1/chat/completions')).toBe('http://vllm:8000/v1')
  })

  it('/v1 is proposed where the backend knows no such path, or does not answer there', () => {
    expect(addressProposal('http://vllm:8000', 404)).toBe('http://vllm:8000/v1')
    expect(addressProposal('http://vllm:8000/', null)).toBe('http://vllm:8000/v1')
    expect(addressProposal('http://vllm:8000/openai', 404)).toBe('http://vllm:8000/openai/v1')
    expect(addressProposal('http://vllm:8000/openai', 401)).toBeUndefined()
    expect(addressProposal('http://vllm:8000/v1', 404)).toBeUndefined()
  })
})
