/** Joins class names, skipping absent ones. */
export const joinClasses = (...names: (string | false | undefined)[]): string =>
  names.filter((name) => name !== undefined && name !== false).join(' ')
