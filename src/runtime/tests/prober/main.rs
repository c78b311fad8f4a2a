//! The program of the container tests, in two parts.
//!
//! `lab JOB` makes namespaces as a lab has them, forks a zygote, and carries
//! out the plans of a job; it prints what came of them as JSON. Everything
//! else runs inside a container, as its program: `look` prints what it sees,
//! `attempt` tries what must not work, `owners` changes owners.

mod attempt;
mod lab;
mod look;
mod owners;

fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        [_, "lab", job] => lab::run(job),
        [_, "look"] => look::print(),
        [_, "attempt"] => attempt::print(),
        [_, "owners"] => owners::print(),
        [_, "chown", path] => match nix::unistd::chown(*path, Some(33.into()), None) {
            Ok(()) => println!("done"),
            Err(errno) => println!("{errno:?}"),
        },
        [_, "exit", code] => return code.parse::<u8>().unwrap_or(1).into(),
        [_, "true"] => {}
        [_, "cat"] => {
            if let Err(error) = std::io::copy(&mut std::io::stdin(), &mut std::io::stdout()) {
                eprintln!("cat: {error}");
                return 1.into();
            }
        }
        [_, "write", path, text] => {
            if let Err(error) = std::fs::write(path, text) {
                println!("{error}");
                return 1.into();
            }
        }
        [_, "wait"] => loop {
            nix::unistd::pause();
        },
        other => {
            eprintln!("unknown: {other:?}");
            return 2.into();
        }
    }
    0.into()
}
