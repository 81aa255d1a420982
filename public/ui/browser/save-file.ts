/** Makes the browser download a text as a file. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has started by then and keeps its own reference to the blob.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
