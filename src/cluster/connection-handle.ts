// A connection as the system knows it, which one process may hand to another.

export interface ConnectionHandle {
  close(): void
}
