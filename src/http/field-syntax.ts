// The syntax of header fields, in strings of latin1. https://www.rfc-editor.org/rfc/rfc9110#section-5.5

/** Whether it is a token, as names of fields and methods are. */
export const isToken = (text: string): boolean => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)

/** Whether a field can have the value; node:http throws at any other. */
export const isFieldValue = (value: string): boolean => !/[^\t\x20-\x7e\x80-\xff]/.test(value)

/** The value itself, or percent-encoded where a field cannot have it. */
export const headerText = (value: string): string => (isFieldValue(value) ? value : encodeURIComponent(value))
