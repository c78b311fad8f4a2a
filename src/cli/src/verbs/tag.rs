//! `docker tag`.

use crate::command::{Arity, Command, Context};
use crate::error::{Failure, Invalid};
use crate::flags::{Given, Order};
use crate::reference::Reference;

pub const COMMAND: Command = Command {
    name: "tag",
    usage: &["SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]"],
    about: "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
    aliases: "docker image tag, docker tag",
    flags: &[],
    arity: Arity::Exactly(2),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let [source, target] = given.operands.as_slice() else {
        return Ok(());
    };
    let read = |text: &str| {
        Reference::parse(text).map_err(|Invalid(reason)| {
            Failure::new(format!(
                "Error parsing reference: {} is not a valid repository/tag: {reason}",
                crate::quote::quoted(text)
            ))
        })
    };
    // The source may also be an ID.
    if crate::reference::parse_image(source).is_err() {
        read(source)?;
    }
    let target = read(target)?.or_latest();
    if target.digest.is_some() {
        return Err(Failure::new(
            "refusing to create a tag with a digest reference",
        ));
    }
    let tag = target.tag.clone().unwrap_or_default();
    context
        .client
        .image_tag(source, &target.familiar_name(), &tag)?;
    Ok(())
}
