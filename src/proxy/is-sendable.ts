// Checks header values, which come from clients and upstreams.

/** Whether node:http and the upstream connections accept the header value; they throw at any other. */
export const isSendable = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)

/** The value itself, or percent-encoded where a header cannot hold it. */
export const headerText = (value: string): string => (isSendable(value) ? value : encodeURIComponent(value))
