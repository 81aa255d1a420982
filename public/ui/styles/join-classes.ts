/** Joins class names, leaving out what is absent. */
export const joinClasses = (...names: (string | false | undefined)[]): string =>
  names.filter((name) => name !== undefined && name !== false).join(' ')
