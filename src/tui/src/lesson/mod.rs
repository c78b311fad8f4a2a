//! A lesson's Markdown as blocks, and the blocks as lines of a given width.
//! Pure: no I/O, no state of the screen.
