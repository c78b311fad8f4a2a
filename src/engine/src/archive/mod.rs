//! Copy, export, changes and commit of a container.
