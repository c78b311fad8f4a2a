//! End to end: the built binary, as root and as ordinary users, each test in a
//! world of its own. A file is a subject.

mod attacks;
mod bad_input;
mod book;
mod copying;
mod course_words;
mod courses;
mod french;
mod grading;
mod inside;
mod keys;
mod limits;
mod map;
mod nothing_left;
mod owners;
mod replies;
mod reset;
mod survival;
mod undo;
mod xray;
