// Computes once what depends on one object: configured objects and their lists are replaced and never mutated.

/** @param compute - must not return undefined. */
export function memoizeByObject<T extends object, Result>(
  compute: (object: T) => Result,
): (object: T) => Result {
  const known = new WeakMap<T, Result>()
  return (object) => {
    let result = known.get(object)
    if (result === undefined) known.set(object, (result = compute(object)))
    return result
  }
}
