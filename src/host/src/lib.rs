//! A lab's namespaces: start, enter, stop, and what the machine allows.
