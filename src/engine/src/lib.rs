//! The lab engine: state machines, images, volumes, networks and the HTTP server.
