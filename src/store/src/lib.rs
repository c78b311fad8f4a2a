//! Content-addressed blobs, unpacked layers, layer diffs and archives.
