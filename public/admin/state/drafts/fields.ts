/** The fields of an object, as its form and its draft have them. */

export type Fields = Readonly<Record<string, unknown>>

/** Whether two values of a field are equal, in form rather than identity. */
export const isSame = (left: unknown, right: unknown): boolean =>
  JSON.stringify(left) === JSON.stringify(right)
