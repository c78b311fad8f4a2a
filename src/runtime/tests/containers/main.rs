//! Real containers, seen from inside.
//!
//! Each test makes a plan here, hands it to the prober, which carries it out
//! in a lab of its own, and looks at what a program in the container reports.
//! As root the tests run for each kind of user that the machine has: root, one
//! with a subordinate range and one without; else for the present user.

mod basics;
mod escapes;
mod owners;
mod setting;
