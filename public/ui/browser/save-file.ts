/** Hands a text to the person as a file that the browser saves. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has begun by then, and reads the blob by itself.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
