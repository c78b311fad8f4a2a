//! Docker Engine API: wire types, errors and a client over a unix socket.
