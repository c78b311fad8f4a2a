//! `/images` and `/distribution`.

use std::collections::BTreeMap;
use std::rc::Rc;

use hyper::{Method, StatusCode};
use plimsoll_api::{ImageSummary, Progress};
use plimsoll_images::CarriedImage;
use plimsoll_store::ImageRef;
use serde_json::json;

use super::call::Call;
use super::reply::{self, Reply, StreamSender};
use super::router::page_not_found;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::filters::Filters;
use crate::images::remove::Force;
use crate::images::select::{LIST_FILTERS, PRUNE_FILTERS, Wanted};
use crate::images::{carried, changes, pull, select};
use crate::operations::{carry, refuse};

/// Before this version an image without names was listed as `<none>:<none>`.
const NAMELESS_IS_EMPTY: (u32, u32) = (1, 43);

/// Routes within the group. A repository's name has slashes of its own, which
/// clients send as they are.
///
/// # Errors
/// 404 for a path that is not served, and what the operations report.
pub async fn route(engine: &Rc<Engine>, call: Call) -> ApiResult<Reply> {
    let method = call.method().clone();
    let path: Vec<String> = call.path.clone();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (&method, &path[..]) {
        (&Method::GET, ["images", "json"]) => list(engine, &call),
        (&Method::POST, ["images", "create"]) => create(engine, &call),
        (&Method::GET, ["images", "search"]) => search(&call),
        (&Method::POST, ["images", "prune"]) => prune(engine, &call),
        (&Method::POST, ["images", "load"]) => Err(not_yet("load images")),
        (&Method::GET, ["images", "get"] | ["images", .., "get"]) => Err(not_yet("save images")),
        (&Method::POST, ["images", .., "push"]) => Err(not_yet("push images")),
        (&Method::GET, ["images", name @ .., "json"]) => inspect(engine, &name.join("/")),
        (&Method::GET, ["images", name @ .., "history"]) => history(engine, &name.join("/")),
        (&Method::POST, ["images", name @ .., "tag"]) => tag(engine, &call, &name.join("/")),
        (&Method::DELETE, ["images", name @ ..]) => remove(engine, &call, &name.join("/")),
        (&Method::GET, ["distribution", name @ .., "json"]) => distribution(&name.join("/")),
        _ => Err(page_not_found()),
    }
}

fn not_yet(what: &str) -> ApiFailure {
    ApiFailure::not_implemented(format!("plimsoll does not {what} yet"))
}

/// Seconds since the epoch.
fn now() -> i64 {
    crate::events::now_nanos().div_euclid(1_000_000_000)
}

fn list(engine: &Engine, call: &Call) -> ApiResult<Reply> {
    let mut filters = Filters::parse(call.query.get("filters"), LIST_FILTERS)?;
    // `docker images NAME` of old clients.
    if let Some(name) = call.query.text("filter") {
        filters = filters.with("reference", name);
    }
    let wanted = Wanted {
        filters,
        all: call.query.flag("all"),
        shared_size: call.query.flag("shared-size"),
    };
    let mut found = select::list(&engine.images, &wanted, now())?;
    if call.version < NAMELESS_IS_EMPTY {
        found.iter_mut().for_each(name_the_nameless);
    }
    reply::json(StatusCode::OK, &found)
}

fn name_the_nameless(image: &mut ImageSummary) {
    if image.repo_tags.is_empty() && image.repo_digests.is_empty() {
        image.repo_tags.push("<none>:<none>".to_owned());
        image.repo_digests.push("<none>@<none>".to_owned());
    }
}

fn inspect(engine: &Engine, name: &str) -> ApiResult<Reply> {
    let (id, _) = engine.images.find(name)?;
    let body = engine.images.show(&id, |shown, image| {
        let lowers: Vec<String> = image
            .lowers
            .iter()
            .map(|layer| layer.to_string_lossy().into_owned())
            .collect();
        shown.inspect(&lowers)
    })?;
    reply::json(StatusCode::OK, &body)
}

fn history(engine: &Engine, name: &str) -> ApiResult<Reply> {
    let (id, _) = engine.images.find(name)?;
    let body = engine.images.show(&id, |shown, _| shown.history())?;
    reply::json(StatusCode::OK, &body)
}

fn tag(engine: &Engine, call: &Call, name: &str) -> ApiResult<Reply> {
    let repository = call.query.get("repo").unwrap_or_default();
    let tag = call.query.get("tag").unwrap_or_default();
    changes::tag(engine, name, repository, tag)?;
    Ok(reply::empty(StatusCode::CREATED))
}

fn remove(engine: &Rc<Engine>, call: &Call, name: &str) -> ApiResult<Reply> {
    let force = match call.query.flag("force") {
        true => Force::Yes,
        false => Force::No,
    };
    let removed = changes::remove(engine, name, force)?;
    reply::json(StatusCode::OK, &removed)
}

fn prune(engine: &Rc<Engine>, call: &Call) -> ApiResult<Reply> {
    let filters = Filters::parse(call.query.get("filters"), PRUNE_FILTERS)?;
    reply::json(StatusCode::OK, &changes::prune(engine, &filters, now())?)
}

fn search(call: &Call) -> ApiResult<Reply> {
    let term = call.query.get("term").unwrap_or_default();
    let filters = Filters::parse(
        call.query.get("filters"),
        &["is-automated", "is-official", "stars"],
    )?;
    let limit = match call.query.number("limit")? {
        None | Some(0) => usize::MAX,
        Some(limit @ 1..=100) => usize::try_from(limit).unwrap_or(usize::MAX),
        Some(limit) => {
            return Err(ApiFailure::invalid(format!(
                "limit {limit} is outside the range of [1, 100]"
            )));
        }
    };
    // What is carried is official and has no stars to count.
    let shown = filters.switch("is-official", true)?
        && !filters.switch("is-automated", false)?
        && filters.values("stars").all(|stars| stars == "0");
    let found: Vec<_> = carried::search(plimsoll_images::catalog(), term)
        .into_iter()
        .filter(|_| shown)
        .take(limit)
        .map(|(name, description)| {
            json!({
                "star_count": 0,
                "is_official": true,
                "name": name,
                "is_automated": false,
                "description": description,
            })
        })
        .collect();
    reply::json(StatusCode::OK, &found)
}

fn distribution(name: &str) -> ApiResult<Reply> {
    let reference = parse(name)?.with_default_tag();
    let image = carried::find(plimsoll_images::catalog(), &reference)?;
    let body = json!({
        "Descriptor": {
            "mediaType": plimsoll_images::MANIFEST_MEDIA_TYPE,
            "digest": image.manifest_digest,
            "size": image.manifest.len(),
        },
        "Platforms": [{"architecture": carried::architecture(), "os": "linux"}],
    });
    reply::json(StatusCode::OK, &body)
}

fn parse(name: &str) -> ApiResult<ImageRef> {
    ImageRef::parse(name).map_err(|error| ApiFailure::invalid(error.to_string()))
}

/// `POST /images/create`: a pull. Whether there is such an image is known
/// before the first line, so that a refusal has a status of its own.
fn create(engine: &Rc<Engine>, call: &Call) -> ApiResult<Reply> {
    let Some(name) = call.query.text("fromImage") else {
        return Err(match call.query.text("fromSrc") {
            Some(_) => not_yet("import images"),
            None => ApiFailure::invalid("invalid reference format"),
        });
    };
    carried::check_platform(call.query.get("platform").unwrap_or_default())?;
    let orders = orders(name, call.query.get("tag").unwrap_or_default())?;
    let (client, reply) = reply::stream("application/json");
    let engine = engine.clone();
    let pulling = async move { pull_all(&engine, &orders, &client).await };
    tokio::task::spawn_local(carry(pulling));
    Ok(reply)
}

type Order = (ImageRef, &'static CarriedImage);

/// What a pull is about: the tag or digest given beside the name, that in the
/// name, or else all tags.
fn orders(name: &str, tag: &str) -> ApiResult<Vec<Order>> {
    let all = plimsoll_images::catalog();
    let mut reference = parse(name)?;
    if tag.contains(':') {
        reference = parse(&format!("{}@{tag}", reference.name()))?;
    } else if !tag.is_empty() {
        reference = changes::with_tag(&reference, tag)?;
    }
    if reference.tag().is_some() || reference.digest().is_some() {
        let image = carried::find(all, &reference)?;
        return Ok(vec![(reference, image)]);
    }
    let tags = carried::all_tags(all, &reference)?;
    let orders = tags.into_iter().map(|tag| {
        let tagged = changes::with_tag(&reference, tag)?;
        let image = carried::find(all, &tagged)?;
        Ok((tagged, image))
    });
    orders.collect()
}

async fn pull_all(engine: &Rc<Engine>, orders: &[Order], client: &StreamSender) {
    let mut outcomes: BTreeMap<bool, &ImageRef> = BTreeMap::new();
    for (reference, image) in orders {
        match pull::pull(engine, reference, image, client).await {
            Ok(outcome) => {
                outcomes.insert(outcome == pull::Outcome::Newer, reference);
            }
            Err(failure) => {
                refuse(&failure.message);
                let _ = client.send_json(&Progress::failed(failure.message)).await;
                return;
            }
        }
    }
    // One line for all: newer if one of them was.
    let Some((newer, reference)) = outcomes.pop_last() else {
        return;
    };
    let outcome = match newer {
        true => pull::Outcome::Newer,
        false => pull::Outcome::UpToDate,
    };
    let line = match orders {
        [_] => outcome.line(&reference.familiar()),
        _ => outcome.line(&reference.familiar_name()),
    };
    let _ = client.send_json(&line).await;
}
