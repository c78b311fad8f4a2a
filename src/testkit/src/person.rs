//! Who plays a test.

use nix::unistd::Uid;

/// The three kinds of people whose machines differ most for a rootless engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// uid 0 of the real machine.
    Root,
    /// An ordinary user with a range in `/etc/subuid` and `newuidmap`.
    Mapped,
    /// An ordinary user without: containers have a single uid.
    Single,
}

/// The accounts that `cargo xtask test` makes when root runs it.
pub const MAPPED_USER: &str = "plimsoll-mapped";
/// See [`MAPPED_USER`].
pub const SINGLE_USER: &str = "plimsoll-single";

/// How to become that person from where the test runs.
pub(crate) enum Become {
    /// The test already is that person.
    Self_,
    /// Root drops to these ids.
    Ids { uid: u32, gid: u32, name: String },
}

impl Person {
    /// How this process can act as that person, or why it cannot.
    pub(crate) fn become_(self) -> Result<Become, String> {
        let me = Uid::effective();
        match (self, me.is_root()) {
            (Person::Root, true) => Ok(Become::Self_),
            (Person::Root, false) => Err("needs root; the tests run as an ordinary user".into()),
            (Person::Mapped, true) => account(MAPPED_USER),
            (Person::Single, true) => account(SINGLE_USER),
            (Person::Mapped, false) if has_range(me) => Ok(Become::Self_),
            (Person::Mapped, false) => Err("this user has no range in /etc/subuid".into()),
            (Person::Single, false) => Ok(Become::Self_),
        }
    }
}

fn account(name: &str) -> Result<Become, String> {
    let found = accounts().into_iter().find(|account| account.name == name);
    let account =
        found.ok_or_else(|| format!("no account {name}; `cargo xtask test` as root makes it"))?;
    Ok(Become::Ids {
        uid: account.uid,
        gid: account.gid,
        name: account.name,
    })
}

fn has_range(me: Uid) -> bool {
    let names = accounts()
        .into_iter()
        .filter(|account| account.uid == me.as_raw());
    let names: Vec<String> = names.map(|account| account.name).collect();
    let table = std::fs::read_to_string("/etc/subuid").unwrap_or_default();
    table
        .lines()
        .filter_map(|line| line.split(':').next())
        .any(|owner| owner == me.to_string() || names.iter().any(|name| name == owner))
}

struct Account {
    name: String,
    uid: u32,
    gid: u32,
}

/// The lines of `/etc/passwd`, read as a file: the tests are static programs,
/// which have no name service (passwd(5) for the fields).
fn accounts() -> Vec<Account> {
    let table = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let account = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { name, uid, gid })
    };
    table.lines().filter_map(account).collect()
}
