/** A value that follows another one with a delay. */
import { useEffect, useState } from 'react'

/** @returns the last value that stayed the same for `restMs` milliseconds; the first value at once. */
export function useDebounced<Value>(value: Value, restMs: number): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), restMs)
    return () => clearTimeout(timer)
  }, [value, restMs])
  return settled
}
