//! The interface, as somebody at a terminal has it: how soon it is there, how
//! soon a key shows, how soon a goal turns, and what it costs meanwhile.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::memory;
use super::place::{LAB, Place};
use super::sitting::Sitting;
use super::timing::{self, Row};
use crate::cargo::Done;

/// A lab whose goals turn back, so that one can be met again and again.
const WEB: &str = "nginx-volumes";

/// Keys whose way to the screen is measured.
const KEYS: usize = 600;

/// A program in a container that paints without end, and leaves the shell's
/// line alone: it writes a number at a fixed place and goes back.
const ENDLESS: &str = "docker run --rm --name endless base sh -c 'i=0; while :; do i=$((i+1)); \
     printf \"\\033\\067\\033[3;60H%d\\033\\070\" $i; done' &\r";

/// Measure them all.
pub fn measure(place: &Place, rounds: usize, rows: &mut Vec<Row>) -> Done {
    start(place, rounds.min(20), rows)?;
    keys(place, rows)?;
    goals(place, rounds.min(12), rows)
}

/// To the list of labs, whole: the last word of its key bar.
fn start(place: &Place, rounds: usize, rows: &mut Vec<Row>) -> Done {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let mut sitting = Sitting::open(&place.plimsoll(&[]))?;
        let seen = sitting.until("quit")?;
        times.push(seen.at - sitting.begun());
    }
    rows.push(Row::plain(
        "interface, start to first full screen",
        spread(&mut times),
        "<= 60 ms",
    ));
    Ok(())
}

/// A key of the shell's line, while a container prints without end; then what
/// the interface costs when all is quiet.
fn keys(place: &Place, rows: &mut Vec<Row>) -> Done {
    let mut sitting = at_the_shell(place, LAB)?;
    sitting.type_in(ENDLESS)?;
    let mut times = Vec::new();
    for index in 0..KEYS {
        // Never the letter that stood in this place on the line before: that
        // would be no change of the screen.
        let key = ["Q", "X", "Z"][index % 3];
        let typed = sitting.type_in(key)?;
        times.push(sitting.until(key)?.at - typed);
        if index % 40 == 39 {
            sitting.type_in("\u{15}")?;
        }
    }
    rows.push(Row::plain(
        "key to screen while a container prints",
        spread(&mut times),
        "99 % <= 16 ms",
    ));
    timing::once(&mut place.docker(&["rm", "-f", "endless"]))?;
    flood(&mut sitting)?;
    rows.push(Row::plain(
        "interface memory, after 10 MB of output",
        format!("{:.1} MiB", memory::of(sitting.pid()) / 1024.0),
        "<= 40 MiB",
    ));
    quiet(place, &sitting, rows)
}

/// Ten megabytes through the terminal.
fn flood(sitting: &mut Sitting) -> Done {
    sitting.type_in("\u{15}clear; yes 0123456789 | head -c 10000000; echo the''end\r")?;
    sitting.until("theend").map(drop)
}

/// Processor time of the interface, its shell's relay and the engine.
fn quiet(place: &Place, sitting: &Sitting, rows: &mut Vec<Row>) -> Done {
    const LONG: Duration = Duration::from_secs(10);
    let mut family = vec![sitting.pid(), memory::engine(place)?];
    family.extend(memory::children(sitting.pid()));
    // What the flood began is over.
    thread::sleep(Duration::from_secs(2));
    let used = || family.iter().map(|pid| processor_time(*pid)).sum::<u64>();
    let (before, begun) = (used(), Instant::now());
    thread::sleep(LONG);
    let share = (used() - before) as f64 / begun.elapsed().as_nanos() as f64;
    rows.push(Row::plain(
        "processor while nothing happens, engine included",
        format!("{:.3} % of a core", share * 100.0),
        "<= 0.5 %",
    ));
    Ok(())
}

/// Nanoseconds on a processor, all threads: `/proc/PID/task/TID/schedstat`
/// (Documentation/scheduler/sched-stats.rst).
fn processor_time(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"));
    let of = |task: fs::DirEntry| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    };
    tasks.into_iter().flatten().flatten().filter_map(of).sum()
}

/// From the moment at which the engine says that the container ran to the tick.
fn goals(place: &Place, rounds: usize, rows: &mut Vec<Row>) -> Done {
    let docker = |words: &[&str]| {
        let mut all = vec!["shell", WEB, "--", "docker"];
        all.extend(words);
        place.plimsoll(&all)
    };
    timing::once(&mut docker(&["pull", "-q", "nginx"]))?;
    let mut sitting = at_the_shell(place, WEB)?;
    let mut times = Vec::new();
    for _ in 0..rounds {
        sitting.forget();
        timing::once(&mut docker(&["run", "-d", "--name", "webserver", "nginx"]))?;
        let seen = sitting.until("✓")?;
        let since = started(&mut docker(&[
            "inspect",
            "--format",
            "{{.State.StartedAt}}",
            "webserver",
        ]))?;
        times.push(seen.wall.duration_since(since).unwrap_or_default());
        sitting.forget();
        timing::once(&mut docker(&["rm", "-f", "webserver"]))?;
        sitting.until("longer")?;
    }
    rows.push(Row::plain(
        "container started to green goal",
        spread(&mut times),
        "<= 100 ms",
    ));
    Ok(())
}

/// The engine's own word for when the container ran.
fn started(inspect: &mut Command) -> Done<SystemTime> {
    let said = inspect
        .output()
        .map_err(|error| format!("docker inspect: {error}"))?;
    let text = String::from_utf8_lossy(&said.stdout);
    let moment: jiff::Timestamp = text
        .trim()
        .parse()
        .map_err(|error| format!("docker inspect: {error}"))?;
    Ok(moment.into())
}

fn at_the_shell(place: &Place, lab: &str) -> Done<Sitting> {
    let mut sitting = Sitting::open(&place.plimsoll(&[lab]))?;
    // The lesson has a prompt too: the shell is there when it answers.
    for _ in 0..60 {
        sitting.type_in("clear; echo re''ady\r")?;
        if sitting.within(Duration::from_millis(500), "ready").is_ok() {
            return Ok(sitting);
        }
    }
    Err(format!("the shell of {lab} never answered"))
}

/// Median, 99th percentile and worst.
fn spread(times: &mut [Duration]) -> String {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    format!(
        "{:.1} ms (99 %: {:.1}, most {:.1})",
        ms(at(50)),
        ms(at(99)),
        ms(times[times.len() - 1])
    )
}
