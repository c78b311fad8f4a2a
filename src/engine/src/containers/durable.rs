//! What a power cut may take: overlays are mounted `volatile`, so that a
//! teardown does not wait for the disk.
//!
//! A container that stays is synced behind its end and noted as clean; one that
//! is found unclean after a reboot says so.

use std::fs::File;
use std::rc::Rc;
use std::time::Duration;

use super::container::Container;
use super::record::Record;

/// What an unclean container says after a reboot.
const LOST: &str = "the machine went down before this container's files were on the disk: some may \
                    be missing or older; remove it and run it again if in doubt";

/// How long after an end: whoever goes on at once should not wait for the disk.
const PAUSE: Duration = Duration::from_secs(2);

/// Identifies the present boot.
fn boot_id() -> String {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    text.unwrap_or_default().trim().to_owned()
}

/// A run begins: from here on its files are in memory first.
pub fn mark(record: &mut Record) {
    record.unsynced_since = Some(boot_id());
}

/// A run has ended: syncs its file system and notes it, behind the reply.
pub async fn sync(container: Rc<Container>) {
    tokio::time::sleep(PAUSE).await;
    if container.pid().is_some() || container.removing.get() {
        return;
    }
    let upper = container.upper();
    let synced = tokio::task::spawn_blocking(move || {
        let directory = File::open(upper)?;
        Ok::<(), std::io::Error>(rustix::fs::syncfs(directory)?)
    });
    let clean = matches!(synced.await, Ok(Ok(())));
    if clean && container.pid().is_none() && !container.removing.get() {
        container.change(|record| record.unsynced_since = None);
    }
}

/// Looks at a container that the engine finds when it comes back.
pub fn report(record: &mut Record) {
    let unclean = record.unsynced_since.take();
    if unclean.is_some_and(|boot| boot != boot_id()) {
        eprintln!("container {} ({}): {LOST}", record.name, record.id);
        LOST.clone_into(&mut record.state.error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_boot_is_reported() {
        let mut record = Record::default();
        mark(&mut record);
        report(&mut record);
        assert_eq!(record.state.error, "");
        record.unsynced_since = Some("another boot".to_owned());
        report(&mut record);
        assert_eq!(record.state.error, LOST);
        assert_eq!(record.unsynced_since, None);
    }
}
