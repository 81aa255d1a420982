/** Gives long-lived callbacks the values of the last rendering. */
import { useCallback, useLayoutEffect, useRef } from 'react'

/** @returns a getter with a stable identity. It must not be called while rendering. */
export function useLatest<Value>(value: Value): () => Value {
  const latest = useRef(value)
  useLayoutEffect(() => {
    latest.current = value
  })
  return useCallback(() => latest.current, [])
}
