/** What a client token of load tests has in place of a preview: that of any other has three dots or asterisks. */
export const LOAD_TEST_PREVIEW = 'load test'
