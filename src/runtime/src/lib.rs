//! Run one container: OCI spec, validated request, plan of operations, apply.
