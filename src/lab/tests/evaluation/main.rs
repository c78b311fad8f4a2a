//! Verdicts on made-up worlds: what the graders of the first two labs, and
//! graders written here, say of states that nobody had to set up.

mod checks;
mod pages;
mod runs;
mod worlds;
