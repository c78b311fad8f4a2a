//! Health checks: probes on a timer, and what they add up to.
//!
//! [`Monitor`] is pure; [`watch`] runs the probes while a run lasts.

use std::rc::Rc;
use std::time::{Duration, Instant};

use plimsoll_api::container::{Health, HealthConfig, HealthResult};
use plimsoll_api::{ExecCreate, Words};

use super::container::Container;
use super::tell::tell;
use crate::engine::Engine;
use crate::exec;
use crate::timestamp;

/// dockerd's defaults.
const INTERVAL: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(30);
const START_INTERVAL: Duration = Duration::from_secs(5);
const RETRIES: i64 = 3;

/// Results that inspect shows.
const KEPT: usize = 5;

/// Bytes of a probe's output that are kept.
const OUTPUT: usize = 4096;

/// The command of a probe; `None` where there is none to be run.
pub fn probe(config: Option<&HealthConfig>) -> Option<Vec<String>> {
    let (kind, rest) = config?.test.split_first()?;
    match kind.as_str() {
        "CMD" if !rest.is_empty() => Some(rest.to_vec()),
        "CMD-SHELL" if !rest.is_empty() => {
            let mut words = vec!["/bin/sh".to_owned(), "-c".to_owned()];
            words.extend(rest.iter().cloned());
            Some(words)
        }
        _ => None,
    }
}

/// What the probes of one run add up to.
#[derive(Debug)]
pub struct Monitor {
    config: HealthConfig,
    began: Instant,
    pub health: Health,
}

impl Monitor {
    /// A run begins.
    pub fn new(config: &HealthConfig) -> Self {
        Self {
            config: config.clone(),
            began: Instant::now(),
            health: Health {
                status: "starting".to_owned(),
                ..Health::default()
            },
        }
    }

    /// How long to wait before the next probe.
    fn pause(&self, now: Instant) -> Duration {
        if self.starting(now) {
            return nanos(self.config.start_interval).unwrap_or(START_INTERVAL);
        }
        nanos(self.config.interval).unwrap_or(INTERVAL)
    }

    /// Failures do not count yet.
    fn starting(&self, now: Instant) -> bool {
        let period = nanos(self.config.start_period).unwrap_or(Duration::ZERO);
        self.health.status == "starting" && now.duration_since(self.began) < period
    }

    /// Takes a result; `true` when the status has changed.
    fn take(&mut self, result: HealthResult, now: Instant) -> bool {
        let before = self.health.status.clone();
        if result.exit_code == 0 {
            self.health.failing_streak = 0;
            "healthy".clone_into(&mut self.health.status);
        } else if !self.starting(now) {
            self.health.failing_streak += 1;
            let retries = if self.config.retries > 0 {
                self.config.retries
            } else {
                RETRIES
            };
            if self.health.failing_streak >= retries {
                "unhealthy".clone_into(&mut self.health.status);
            }
        }
        self.health.log.push(result);
        if self.health.log.len() > KEPT {
            self.health.log.remove(0);
        }
        self.health.status != before
    }
}

fn nanos(value: i64) -> Option<Duration> {
    u64::try_from(value)
        .ok()
        .filter(|value| *value > 0)
        .map(Duration::from_nanos)
}

/// Probes while the present run lasts.
pub async fn watch(engine: Rc<Engine>, container: Rc<Container>) {
    let config = container.record().config.healthcheck.clone();
    let (Some(words), Some(config)) = (probe(config.as_ref()), config) else {
        return;
    };
    *container.health.borrow_mut() = Some(Monitor::new(&config));
    let mut exits = container.watch_exits();
    let before = exits.borrow_and_update().count;
    let probing = async {
        loop {
            let pause = match &*container.health.borrow() {
                Some(monitor) => monitor.pause(Instant::now()),
                None => return,
            };
            tokio::time::sleep(pause).await;
            let paused = container.record().state.status == plimsoll_api::ContainerStatus::Paused;
            if !paused {
                probe_once(&engine, &container, &words, &config).await;
            }
        }
    };
    tokio::select! {
        () = probing => {}
        _ = exits.wait_for(|exits| exits.count != before || exits.removed) => {}
    }
}

async fn probe_once(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    words: &[String],
    config: &HealthConfig,
) {
    let start = timestamp::now();
    let limit = nanos(config.timeout).unwrap_or(TIMEOUT);
    let (exit_code, output) = run(engine, container, words, limit).await;
    let result = HealthResult {
        start,
        end: timestamp::now(),
        exit_code,
        output,
    };
    let changed = container.health.borrow_mut().as_mut().and_then(|monitor| {
        let changed = monitor.take(result, Instant::now());
        changed.then(|| monitor.health.status.clone())
    });
    if let Some(status) = changed {
        tell(engine, container, &format!("health_status: {status}"), []);
    }
}

/// Runs the command; -1 and a sentence when it cannot be run or takes too long.
async fn run(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    words: &[String],
    limit: Duration,
) -> (i32, String) {
    let create = ExecCreate {
        attach_stdout: true,
        attach_stderr: true,
        cmd: Words::from(words.to_vec()),
        ..ExecCreate::default()
    };
    let probe = match exec::unlisted(container, create) {
        Ok(probe) => probe,
        Err(failure) => return (-1, failure.message),
    };
    let mut outlet = probe.stdio.outlets.subscribe(true, true);
    if let Err(failure) = exec::start(engine, &probe, None).await {
        return (-1, failure.message);
    }
    let mut output = Vec::new();
    let reading = async {
        while let Some(chunk) = outlet.chunks.recv().await {
            let room = OUTPUT.saturating_sub(output.len());
            output.extend_from_slice(&chunk.bytes[..chunk.bytes.len().min(room)]);
        }
    };
    let in_time = tokio::time::timeout(limit, reading).await.is_ok();
    if !in_time {
        let _ = super::signal::send(probe.pid.get(), nix::sys::signal::Signal::SIGKILL as i32);
        return (
            -1,
            format!("Health check exceeded timeout ({}s)", limit.as_secs_f64()),
        );
    }
    let text = String::from_utf8_lossy(&output).into_owned();
    (probe.exit_code.get().unwrap_or(-1), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(exit_code: i32) -> HealthResult {
        HealthResult {
            exit_code,
            ..HealthResult::default()
        }
    }

    #[test]
    fn probes_are_read() {
        let of = |words: &[&str]| {
            let test = words.iter().map(|word| (*word).to_owned()).collect();
            probe(Some(&HealthConfig {
                test,
                ..HealthConfig::default()
            }))
        };
        assert_eq!(of(&["NONE"]), None);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["CMD", "true"]).unwrap(), ["true"]);
        assert_eq!(
            of(&["CMD-SHELL", "a | b"]).unwrap(),
            ["/bin/sh", "-c", "a | b"]
        );
    }

    #[test]
    fn three_failures_in_a_row_are_unhealthy_and_one_success_heals() {
        let mut monitor = Monitor::new(&HealthConfig::default());
        let now = Instant::now();
        assert!(!monitor.take(result(1), now));
        assert!(!monitor.take(result(1), now));
        assert!(monitor.take(result(1), now));
        assert_eq!(monitor.health.status, "unhealthy");
        assert!(monitor.take(result(0), now));
        assert_eq!(
            (
                monitor.health.status.as_str(),
                monitor.health.failing_streak
            ),
            ("healthy", 0)
        );
    }

    #[test]
    fn failures_while_it_starts_do_not_count() {
        let mut monitor = Monitor::new(&HealthConfig {
            start_period: 60_000_000_000,
            retries: 1,
            ..HealthConfig::default()
        });
        let now = Instant::now();
        assert_eq!(monitor.pause(now), START_INTERVAL);
        assert!(!monitor.take(result(1), now));
        assert!(monitor.take(result(1), now + Duration::from_secs(61)));
        assert_eq!(monitor.pause(now + Duration::from_secs(61)), INTERVAL);
    }

    #[test]
    fn only_the_last_results_are_kept() {
        let mut monitor = Monitor::new(&HealthConfig::default());
        for _ in 0..9 {
            monitor.take(result(0), Instant::now());
        }
        assert_eq!(monitor.health.log.len(), KEPT);
    }
}
