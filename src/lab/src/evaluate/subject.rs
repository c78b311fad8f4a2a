//! Which container a subject is: the exact one, else the nearest candidate.

use super::finding::met_count;
use super::judge::Judge;
use crate::schema::ContainerCheck;
use crate::world::Container;

/// A container with exactly the wanted name, whatever else it is; else the one
/// that meets most of the rest, a running one and then the newest of equals.
/// One that meets nothing is never taken.
pub(super) fn resolve<'a>(judge: &Judge<'a>, wanted: &ContainerCheck) -> Option<&'a Container> {
    let containers = &judge.world.containers;
    let name = wanted.name.as_ref().and_then(|name| name.equals.as_deref());
    if let Some(exact) = containers
        .iter()
        .find(|one| Some(one.name.as_str()) == name)
    {
        return Some(exact);
    }
    containers
        .iter()
        .map(|one| {
            let met = met_count(&judge.container_conditions(wanted, one));
            ((met, one.is_alive(), one.created.as_str()), one)
        })
        .filter(|((met, _, _), _)| *met > 0)
        .max_by(|(a, _), (b, _)| a.cmp(b))
        .map(|(_, one)| one)
}
