// The hashes of a prompt as text.

export const encodeBlocks = ({ buffer, byteOffset, byteLength }: Int32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')

/** The bytes are copied, as words must be aligned. */
export const decodeBlocks = (base64: string): Int32Array =>
  new Int32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer)
