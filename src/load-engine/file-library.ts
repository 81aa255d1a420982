/** Keeps the files of one kind that the page has loaded, by the ids that the page chose. */

export type FileResult<Content> =
  | { readonly ok: true; readonly content: Content }
  | { readonly ok: false; readonly error: string }

export interface FileLibrary<Content> {
  get(id: string): Content | undefined
  /** Reads a file. Where there are then too many, the one that was loaded first is removed. */
  load(id: string, file: Blob): Promise<FileResult<Content>>
  clear(): void
  /** Whether it holds no file and reads none. */
  isEmpty(): boolean
}

export function createFileLibrary<Content>(
  read: (file: Blob) => Promise<FileResult<Content>>,
  maxFiles: number,
): FileLibrary<Content> {
  const files = new Map<string, Content>()
  let reading = 0
  return {
    get: (id) => files.get(id),
    async load(id, file) {
      reading += 1
      const result = await read(file).finally(() => (reading -= 1))
      if (!result.ok) return result
      files.delete(id)
      files.set(id, result.content)
      const [oldest] = files.keys()
      if (files.size > maxFiles && oldest !== undefined) files.delete(oldest)
      return result
    },
    clear: () => files.clear(),
    isEmpty: () => files.size === 0 && reading === 0,
  }
}
