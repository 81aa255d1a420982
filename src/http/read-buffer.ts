// The buffer into which the sockets of this process read.

// What is read at once may have to be kept for a slow client.
const READ_BYTES = 32_768

// On POSIX a read ends before its callback is called, so that one buffer serves all connections. Windows reads in the background.
const shared = process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(READ_BYTES)

/**
 * For the option `onread` of a socket.
 * @param onBytes - gets bytes that are valid during the call only; returns false to have no more read until the stream asks.
 */
export function readInto(onBytes: (bytes: Buffer) => boolean | undefined) {
  const buffer = shared ?? Buffer.allocUnsafeSlow(READ_BYTES)
  return {
    buffer,
    callback: (bytes: number): boolean => onBytes(buffer.subarray(0, bytes)) !== false,
  }
}
