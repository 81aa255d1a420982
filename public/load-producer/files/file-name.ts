/** @returns a file name of at most 60 ASCII letters, digits, `-` and `_` plus `ending`, valid on any file system. */
export const fileName = (name: string, ending: string): string =>
  `${
    name
      .replace(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^-+|(?<!-)-+$/g, '')
      .slice(0, 60) || 'load-producer'
  }${ending}`
