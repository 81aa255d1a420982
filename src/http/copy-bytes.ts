// A part of Node.js's common slab keeps the whole of it, 64 KiB, while a slow client has not read it.
const MAX_POOLED_BYTES = 4_096

/** @returns memory that keeps nothing else. */
export const allocate = (bytes: number): Buffer =>
  bytes <= MAX_POOLED_BYTES ? Buffer.allocUnsafe(bytes) : Buffer.allocUnsafeSlow(bytes)

/** @param length - of what is copied. */
export function copyOf(bytes: Buffer, length = bytes.length): Buffer {
  const copy = allocate(length)
  bytes.copy(copy, 0, 0, length)
  return copy
}
