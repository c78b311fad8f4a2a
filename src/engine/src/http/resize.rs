//! The size of a terminal.

use std::os::fd::AsFd;
use std::rc::Rc;

use hyper::StatusCode;

use super::query::Query;
use super::reply::{self, Reply};
use crate::containers::{Container, not_running};
use crate::exec::Exec;
use crate::failure::{ApiFailure, ApiResult};
use crate::streams::Stdio;

/// `POST /containers/{id}/resize`.
///
/// # Errors
/// 409 unless it runs, 400 for sizes that are none.
pub fn container(container: &Rc<Container>, query: &Query) -> ApiResult<Reply> {
    let size = size(query)?;
    if container.pid().is_none() {
        return Err(not_running(&container.id));
    }
    resize(&container.stdio, size)
}

/// `POST /exec/{id}/resize`.
///
/// # Errors
/// 400 for sizes that are none.
pub fn exec(exec: &Rc<Exec>, query: &Query) -> ApiResult<Reply> {
    resize(&exec.stdio, size(query)?)
}

fn size(query: &Query) -> ApiResult<(u16, u16)> {
    let number = |name: &str| {
        let text = query.get(name).unwrap_or_default();
        text.parse::<u16>().map_err(|_| {
            ApiFailure::invalid(format!(
                "strconv.ParseUint: parsing {text:?}: invalid syntax"
            ))
        })
    };
    Ok((number("h")?, number("w")?))
}

fn resize(stdio: &Stdio, (rows, columns): (u16, u16)) -> ApiResult<Reply> {
    // Without a terminal there is nothing to resize, and dockerd says nothing.
    if let Some(terminal) = stdio.terminal() {
        let size = rustix::termios::Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        rustix::termios::tcsetwinsize(terminal.get().as_fd(), size)
            .map_err(std::io::Error::from)?;
    }
    Ok(reply::empty(StatusCode::OK))
}
