//! Which container stands where on a map. Pure.

use crate::scene::{Attachment, Container, Network, Place, Scene};

/// Containers that run, by where their network is.
pub struct Group<'a> {
    pub place: Where<'a>,
    pub containers: Vec<&'a Container>,
    /// Drawn in full in another group: they are in this network too.
    pub guests: Vec<(&'a Container, &'a Attachment)>,
}

pub enum Where<'a> {
    Network(&'a Network),
    /// A network that the scene does not hold.
    Unlisted(&'a str),
    Host,
    Container(&'a str),
    Nowhere,
}

/// Every network, also without containers; then the other places that
/// containers are in. Each container that runs is in exactly one of them.
pub fn groups(scene: &Scene) -> Vec<Group<'_>> {
    let up = || scene.containers.iter().filter(|one| one.is_up());
    let mut groups: Vec<Group<'_>> = drawn(scene)
        .map(|network| Group {
            place: Where::Network(network),
            containers: up()
                .filter(|one| first(one).is_some_and(|at| at.network == network.name))
                .collect(),
            guests: up()
                .flat_map(|one| others(one).map(move |at| (one, at)))
                .filter(|(_, at)| at.network == network.name)
                .collect(),
        })
        .collect();
    for one in up() {
        let place = match &one.place {
            Place::Networks(_) => match first(one) {
                Some(at) if drawn(scene).any(|network| network.name == at.network) => continue,
                Some(at) => Where::Unlisted(&at.network),
                None => Where::Nowhere,
            },
            Place::Host => Where::Host,
            Place::Container(name) => Where::Container(name),
            Place::Nowhere => Where::Nowhere,
        };
        match groups.iter_mut().find(|group| group.place.is(&place)) {
            Some(group) => group.containers.push(one),
            None => groups.push(Group {
                place,
                containers: vec![one],
                guests: Vec::new(),
            }),
        }
    }
    groups
}

/// `host` and `none` are in every engine's list and are no networks of theirs.
fn drawn(scene: &Scene) -> impl Iterator<Item = &Network> {
    let networks = scene.networks.iter();
    networks.filter(|network| !matches!(network.driver.as_str(), "host" | "null"))
}

fn attached(one: &Container) -> &[Attachment] {
    match &one.place {
        Place::Networks(all) => all,
        _ => &[],
    }
}

fn first(one: &Container) -> Option<&Attachment> {
    attached(one).first()
}

fn others(one: &Container) -> impl Iterator<Item = &Attachment> {
    attached(one).iter().skip(1)
}

impl Where<'_> {
    fn is(&self, other: &Where<'_>) -> bool {
        match (self, other) {
            (Where::Network(a), Where::Network(b)) => a.name == b.name,
            (Where::Unlisted(a), Where::Unlisted(b))
            | (Where::Container(a), Where::Container(b)) => a == b,
            (Where::Host, Where::Host) | (Where::Nowhere, Where::Nowhere) => true,
            _ => false,
        }
    }
}
