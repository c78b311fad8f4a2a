//! The learner's terminal: a pty with a shell of the lab, and its screen.
