// The members in which chat servers tell a model's reasoning, between which no standard decides.

/**
 * Stands as the signature of a block of thinking, so that the next request can return it to the backend in the member in
 * which it came. Clients keep signatures as they are.
 */
export type ReasoningMember = 'reasoning_content' | 'reasoning'

export const isReasoningMember = (name: string): name is ReasoningMember =>
  name === 'reasoning_content' || name === 'reasoning'
