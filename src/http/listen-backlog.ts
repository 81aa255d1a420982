// Connections that the system holds until they are accepted: in a burst of more than Node's default of 511 it drops the others, which
// then wait for a second. The system lowers it to its own limit, net.core.somaxconn: 4096 on Linux.
export const LISTEN_BACKLOG = 65_535
