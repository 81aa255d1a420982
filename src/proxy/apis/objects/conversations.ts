// Conversations, which responses continue.
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { jsonCall } from '../openai-calls.ts'
import { changeObject, createObject, deleteObject, getObject } from './object-calls.ts'

const ofOne = { name: 'conversations', pathObject: 'conversation' } as const
const PATH = '/conversations/:id'
const both = [...callRoutes(PATH), ...callRoutes(`${PATH}/items`)]

/** @see https://platform.openai.com/docs/api-reference/conversations */
export const conversations: readonly Api[] = [
  {
    ...jsonCall,
    ...createObject,
    name: 'conversations',
    routes: callRoutes('/conversations'),
  },
  { ...getObject, ...ofOne, routes: both },
  { ...changeObject, ...ofOne, routes: both },
  { ...deleteObject, ...ofOne, routes: callRoutes(PATH) },
]
