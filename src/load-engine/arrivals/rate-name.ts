/** The name of a step at a rate, as groups of results have it: `12.5 /s`. */
export const rateName = (ratePerS: number): string => `${Number(ratePerS.toPrecision(4))} /s`
