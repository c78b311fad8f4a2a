//! `ip`: addresses, links, routes and neighbours, over rtnetlink.
//!
//! Limits: shows all of them (`-4`, `-6`, `-br`), and makes the changes that
//! exercises ask for: a link up or down, an address or route added or removed.

mod change;
mod netlink;
mod show;

use std::ffi::OsString;

use netlink::Netlink;

const USAGE: &str =
    "Usage: ip [ -4 | -6 | -br ] { address | link | route | neighbour } [ show ] [ dev NAME ]
       ip address { add | del } ADDRESS/LENGTH dev NAME
       ip link set [ dev ] NAME { up | down } [ mtu BYTES ]
       ip route { add | del } { default | NETWORK/LENGTH } [ via ADDRESS ] [ dev NAME ]";

/// What the leading options ask for.
#[derive(Debug, Default, Clone, Copy)]
pub struct Style {
    pub family: u8,
    pub brief: bool,
}

pub fn main(arguments: Vec<OsString>) -> i32 {
    let words: Vec<String> = arguments
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let mut style = Style::default();
    let mut rest = words.iter().map(String::as_str).peekable();
    while let Some(option) = rest.next_if(|word| word.starts_with('-')) {
        match option {
            "-4" => style.family = netlink::INET,
            "-6" => style.family = netlink::INET6,
            "-br" | "-brief" => style.brief = true,
            "-c" | "-color" | "-color=auto" | "-n" | "-N" | "-d" | "-details" | "-s" | "-o" => {}
            "-V" | "-Version" => {
                println!("ip utility, Plimsoll's tools {}", env!("CARGO_PKG_VERSION"));
                return 0;
            }
            _ => {
                eprintln!("Option \"{option}\" is unknown, try \"ip -help\".");
                return 255;
            }
        }
    }
    let words: Vec<&str> = rest.collect();
    let Some((object, words)) = words.split_first() else {
        eprintln!("{USAGE}");
        return 255;
    };
    let outcome = Netlink::open().and_then(|mut netlink| run(&mut netlink, object, words, style));
    match outcome {
        Ok(()) => 0,
        Err(Failure::Usage(message)) => {
            eprintln!("{message}");
            255
        }
        Err(Failure::Device(name)) => {
            eprintln!("Device \"{name}\" does not exist.");
            1
        }
        Err(Failure::System(error)) => {
            eprintln!("RTNETLINK answers: {}", error.desc());
            2
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("Device \"{0}\" does not exist.")]
    Device(String),
    #[error(transparent)]
    System(#[from] nix::errno::Errno),
}

/// Objects and verbs may be shortened, as in the original.
fn run(netlink: &mut Netlink, object: &str, words: &[&str], style: Style) -> Result<(), Failure> {
    let is = |full: &str| full.starts_with(object);
    let (verb, rest) = match words.split_first() {
        Some((verb, rest)) => (*verb, rest),
        None => ("show", words),
    };
    let shows = "show".starts_with(verb) || "list".starts_with(verb) || verb == "lst";
    let named = |rest: &[&str]| {
        rest.iter()
            .rfind(|word| **word != "dev")
            .map(|word| (*word).to_owned())
    };
    if is("help") {
        println!("{USAGE}");
        return Ok(());
    }
    if is("address") && shows {
        show::addresses(netlink, named(rest).as_deref(), style)
    } else if is("address") {
        change::address(netlink, verb, rest)
    } else if is("link") && shows {
        show::links(netlink, named(rest).as_deref(), style)
    } else if is("link") && verb == "set" {
        change::link(netlink, rest)
    } else if is("route") && (shows || verb == "get") {
        show::routes(netlink, style)
    } else if is("route") {
        change::route(netlink, verb, rest)
    } else if is("neighbour") || is("neighbor") {
        show::neighbours(netlink, style)
    } else {
        Err(Failure::Usage(format!(
            "Object \"{object}\" or command \"{verb}\" is unknown, try \"ip help\"."
        )))
    }
}
