//! `/containers/{id}/archive`, `/export`, `/changes`, and `/commit`.

use std::path::Path;
use std::rc::Rc;

use hyper::header::HeaderValue;
use hyper::{Method, StatusCode};
use plimsoll_api::operation::Facts;
use plimsoll_runtime::request::find_user;
use plimsoll_store::{ArchiveError, ArchiveOwner, Change, UnpackOptions};

use super::call::Call;
use super::reply::{self, Reply};
use super::router::page_not_found;
use crate::archive::changes::as_docker_tells;
use crate::archive::stat::{HEADER, header};
use crate::archive::transfer::{ReplyWriter, body_reader, pump};
use crate::archive::view::View;
use crate::archive::work::{Access, in_docker_s_words, on_files};
use crate::containers::{Container, Layers, Record, tell};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::operations::{carry, note};

/// The largest passwd or group file that is looked at (bytes).
const LARGEST_USER_FILE: u64 = 1 << 20;

/// Routes within the group.
///
/// # Errors
/// 404 for a path that is not served, and what the operations report.
pub async fn route(engine: &Rc<Engine>, call: Call) -> ApiResult<Reply> {
    let method = call.method().clone();
    let path = call.path.clone();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (&method, &path[..]) {
        (&Method::HEAD, ["containers", id, "archive"]) => stat(engine, &call, id).await,
        (&Method::GET, ["containers", id, "archive"]) => get(engine, &call, id).await,
        (&Method::PUT, ["containers", id, "archive"]) => put(engine, call, id).await,
        (&Method::GET, ["containers", id, "export"]) => export(engine, id).await,
        (&Method::GET, ["containers", id, "changes"]) => changes(engine, id).await,
        (&Method::POST, ["commit"]) => Err(ApiFailure::not_implemented(
            "plimsoll does not commit containers yet",
        )),
        _ => Err(page_not_found()),
    }
}

fn asked_path(call: &Call) -> ApiResult<String> {
    let path = call.query.text("path").map(str::to_owned);
    path.ok_or_else(|| ApiFailure::invalid("bad parameter: 'path' cannot be empty"))
}

/// Looks a path up, as HEAD answers and GET begins.
async fn look_up(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    path: &str,
    id: &str,
) -> ApiResult<HeaderValue> {
    let asked = path.to_owned();
    let found = on_files(engine, container, Access::Read, move |view| {
        view.tree().stat_path(&asked)
    });
    let stat = found
        .await?
        .map_err(|error| in_docker_s_words(&error, path, id))?;
    HeaderValue::try_from(header(&stat)).map_err(|error| ApiFailure::internal(error.to_string()))
}

async fn stat(engine: &Rc<Engine>, call: &Call, id: &str) -> ApiResult<Reply> {
    let path = asked_path(call)?;
    let container = engine.containers.find(id)?;
    let value = look_up(engine, &container, &path, id).await?;
    let mut reply = reply::empty(StatusCode::OK);
    reply.headers_mut().insert(HEADER, value);
    Ok(reply)
}

async fn get(engine: &Rc<Engine>, call: &Call, id: &str) -> ApiResult<Reply> {
    let path = asked_path(call)?;
    let container = engine.containers.find(id)?;
    let value = look_up(engine, &container, &path, id).await?;
    let asked = path.clone();
    let mut reply = send(engine, &container, Access::Read, move |view, out| {
        view.tree().pack(&asked, out)
    });
    reply.headers_mut().insert(HEADER, value);
    note_copy(Direction::Out, &path);
    tell(engine, &container, "archive-path", [("path", path)]);
    Ok(reply)
}

async fn export(engine: &Rc<Engine>, id: &str) -> ApiResult<Reply> {
    let container = engine.containers.find(id)?;
    let reply = send(engine, &container, Access::RootAlone, |view, out| {
        view.tree().export(out)
    });
    note_copy(Direction::Out, "/");
    tell(engine, &container, "export", []);
    Ok(reply)
}

/// Which way files go, seen from the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

fn note_copy(direction: Direction, path: &str) {
    note(Facts::Copy {
        inwards: direction == Direction::In,
        path: path.to_owned(),
    });
}

/// A reply whose body a job writes. An error in the middle breaks the body
/// off: half an archive must not look like a whole one.
fn send(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    access: Access,
    job: impl FnOnce(&View, &mut ReplyWriter) -> Result<(), ArchiveError> + Send + 'static,
) -> Reply {
    let (client, reply) = reply::stream("application/x-tar");
    let (engine, container) = (engine.clone(), container.clone());
    tokio::task::spawn_local(carry(async move {
        let mut out = ReplyWriter::new(client.clone());
        let written = on_files(&engine, &container, access, move |view| {
            job(view, &mut out)?;
            std::io::Write::flush(&mut out).map_err(ArchiveError::Output)
        });
        if !matches!(written.await, Ok(Ok(()))) {
            client.abort().await;
        }
    }));
    reply
}

/// Where an archive goes, if it can go there.
fn destination(engine: &Rc<Engine>, call: &Call, id: &str) -> ApiResult<(String, Rc<Container>)> {
    let path = asked_path(call)?;
    let container = engine.containers.find(id)?;
    let refusal = read_only(&container.record(), &path);
    match refusal {
        Some(refusal) => Err(refusal),
        None => Ok((path, container)),
    }
}

async fn put(engine: &Rc<Engine>, call: Call, id: &str) -> ApiResult<Reply> {
    let (path, container) = destination(engine, &call, id)?;
    let strict = call.query.flag("noOverwriteDirNonDir");
    let user = match call.query.flag("copyUIDGID") {
        true => container.record().config.user.clone(),
        false => String::new(),
    };
    let (body, mut archive) = body_reader();
    let asked = path.clone();
    let upper = container.upper();
    let unpacking = on_files(engine, &container, Access::Change, move |view| {
        let options = UnpackOptions {
            no_overwrite_dir_non_dir: strict,
            owner: owner(view, &user)?,
        };
        let owners = view.tree().unpack(&asked, &mut archive, options)?;
        owners.save(&upper).map_err(|source| ArchiveError::Io {
            path: upper,
            source,
        })
    });
    // Both at once: the archive is unpacked while it comes.
    let (unpacked, ()) = tokio::join!(unpacking, pump(call.into_body()?, body));
    unpacked?.map_err(|error| {
        let told = in_docker_s_words(&error, &path, id);
        match told.status == StatusCode::FORBIDDEN {
            true => read_only(&container.record(), &path).unwrap_or(told),
            false => told,
        }
    })?;
    note_copy(Direction::In, &path);
    tell(engine, &container, "extract-to-dir", [("path", path)]);
    Ok(reply::empty(StatusCode::OK))
}

/// Why nothing can be copied to a path, judged by its letters alone, so that a
/// client is told before it has sent an archive. Where a link leads, the mounts
/// themselves refuse.
fn read_only(record: &Record, path: &str) -> Option<ApiFailure> {
    let path = Path::new("/").join(path);
    let mounted = record
        .mounts
        .iter()
        .filter(|mount| path.starts_with(&mount.point.destination))
        .max_by_key(|mount| mount.point.destination.len());
    let on_tmpfs = |place: &String| path.starts_with(place);
    let host = &record.host_config;
    match mounted {
        Some(mount) if !mount.point.rw => Some("mounted volume is marked read-only"),
        None if host.readonly_rootfs && !host.tmpfs.keys().any(on_tmpfs) => {
            Some("container rootfs is marked read-only")
        }
        _ => None,
    }
    .map(ApiFailure::forbidden)
}

/// Who owns what is copied with `docker cp -a`: the container's user, if it
/// has one.
fn owner(view: &View, user: &str) -> Result<ArchiveOwner, ArchiveError> {
    if user.is_empty() {
        return Ok(ArchiveOwner::FromArchive);
    }
    let passwd = view.text_of("/etc/passwd", LARGEST_USER_FILE);
    let group = view.text_of("/etc/group", LARGEST_USER_FILE);
    let found = find_user(user, &[], &passwd, &group).map_err(|error| ArchiveError::Io {
        path: "/etc/passwd".into(),
        source: std::io::Error::other(error.to_string()),
    })?;
    Ok(ArchiveOwner::All {
        uid: found.uid,
        gid: found.gid,
    })
}

async fn changes(engine: &Rc<Engine>, id: &str) -> ApiResult<Reply> {
    let lines = as_docker_tells(&changes_of(engine, id).await?);
    // Docker answers null for no changes.
    let body = Some(lines).filter(|lines| !lines.is_empty());
    reply::json(StatusCode::OK, &body)
}

/// What a container wrote over its image, the engine's own places included.
///
/// # Errors
/// 404 for a container that is not there, 500 where its layer cannot be read.
pub async fn changes_of(engine: &Rc<Engine>, id: &str) -> ApiResult<Vec<Change>> {
    let container = engine.containers.find(id)?;
    let Layers { mut lowers, upper } = container.layers();
    lowers.reverse();
    let comparing = move || plimsoll_store::changes(&lowers, &upper);
    tokio::task::spawn_blocking(comparing)
        .await
        .map_err(|error| ApiFailure::internal(error.to_string()))?
        .map_err(|error| ApiFailure::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containers::Placement;

    #[test]
    fn the_nearest_mount_says_whether_a_path_can_be_written() {
        let mut record = Record::default();
        for (place, rw) in [("/vol", false), ("/vol/inner", true), ("/rw", true)] {
            let mut mount = Placement::default();
            mount.point.destination = place.to_owned();
            mount.point.rw = rw;
            record.mounts.push(mount);
        }
        let refusal = |record: &Record, path: &str| read_only(record, path).map(|f| f.message);
        let volume = Some("mounted volume is marked read-only".to_owned());
        assert_eq!(refusal(&record, "/vol/x"), volume);
        assert_eq!(refusal(&record, "vol"), volume);
        assert_eq!(refusal(&record, "/vol/inner/x"), None);
        assert_eq!(refusal(&record, "/volume"), None);
        record.host_config.readonly_rootfs = true;
        let tmpfs = ("/tmp".to_owned(), String::new());
        record.host_config.tmpfs.extend([tmpfs]);
        let rootfs = Some("container rootfs is marked read-only".to_owned());
        assert_eq!(refusal(&record, "/etc"), rootfs);
        assert_eq!(refusal(&record, "/tmp/x"), None);
        assert_eq!(refusal(&record, "/rw/x"), None);
    }
}
