//! The docker command: a file per verb, output formats.
