/** Gives what outlives a rendering the values of the last one. */
import { useCallback, useLayoutEffect, useRef } from 'react'

/** @returns a function that keeps its identity. Not to be called while rendering. */
export function useLatest<Value>(value: Value): () => Value {
  const latest = useRef(value)
  useLayoutEffect(() => {
    latest.current = value
  })
  return useCallback(() => latest.current, [])
}
