// Checks header values, which come from clients and upstreams.

/** Whether node:http and undici accept the header value; they throw at any other. */
export const isSendable = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
