//! `/plimsoll/v1/snapshots`: the lab as it was, and back to it.

use std::rc::Rc;

use hyper::{Method, StatusCode};

use super::call::Call;
use super::reply::{self, Reply};
use super::router::page_not_found;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::snapshots;

/// Routes within the group.
///
/// # Errors
/// 403 while a submission is graded, 404 for a path that is not served, and
/// what the operations report.
pub async fn route(engine: &Rc<Engine>, call: Call) -> ApiResult<Reply> {
    // A submission has this socket too; what it did must not be undone.
    if engine.config.grading {
        return Err(ApiFailure::forbidden(
            "snapshots are refused while a submission is graded",
        ));
    }
    let path = call.path.clone();
    let segments: Vec<&str> = path.iter().skip(3).map(String::as_str).collect();
    match (call.method(), segments.as_slice()) {
        (&Method::GET, []) => {
            let all = engine.snapshots.all();
            let all: Vec<_> = all.iter().map(snapshots::index::Entry::wire).collect();
            reply::json(StatusCode::OK, &all)
        }
        (&Method::POST, []) => {
            let name = call.query.get("name").unwrap_or_default();
            let made = snapshots::make(engine, name).await?;
            reply::json(StatusCode::CREATED, &made.wire())
        }
        (&Method::POST, [name, "restore"]) => {
            reply::json(StatusCode::OK, &snapshots::restore(engine, name).await?)
        }
        (&Method::DELETE, [name]) => {
            snapshots::remove(engine, name).await?;
            Ok(reply::no_content())
        }
        _ => Err(page_not_found()),
    }
}
