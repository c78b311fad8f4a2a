//! `/archive`.

use std::rc::Rc;

use super::call::Call;
use super::reply::Reply;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};

/// Routes within the group.
///
/// # Errors
/// 404 for a path that is not served.
pub async fn route(_engine: &Rc<Engine>, _call: Call) -> ApiResult<Reply> {
    Err(ApiFailure::not_found("page not found"))
}
