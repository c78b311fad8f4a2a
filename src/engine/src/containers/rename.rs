//! `POST /containers/{id}/rename`.

use std::rc::Rc;

use plimsoll_api::operation::Facts;

use super::container::Container;
use super::names;
use super::tell::tell;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::operations::note;

/// Gives a container another name.
///
/// # Errors
/// 400 for a bad name or its own, 409 for one in use.
pub fn rename(engine: &Rc<Engine>, container: &Rc<Container>, wanted: &str) -> ApiResult<()> {
    if wanted.is_empty() {
        return Err(ApiFailure::invalid(
            "Neither old nor new names may be empty",
        ));
    }
    let name = names::checked(wanted)?;
    let old = container.name();
    if old == name {
        return Err(ApiFailure::invalid(
            "Renaming a container with the same name as its current name",
        ));
    }
    engine.containers.reserve(&name)?;
    container.change(|record| record.name.clone_from(&name));
    engine.containers.release(&name);
    note(Facts::Change {
        action: "rename".to_owned(),
        detail: name,
    });
    tell(
        engine,
        container,
        "rename",
        [("oldName", format!("/{old}"))],
    );
    Ok(())
}
