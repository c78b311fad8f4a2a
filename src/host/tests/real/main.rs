//! Real namespaces, as root and as two ordinary users: a file is a subject.

mod arena;
mod lab;
mod stage;
