//! What the views draw of a lab: containers, images, networks, volumes, ports
//! and the journal, as data.
