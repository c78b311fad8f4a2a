//! Check a reply by hand against Docker's description of its API.
//!
//! ```text
//! curl -s --unix-socket LAB.sock http://d/info | check_reply GET /info 200
//! ```

use std::process::ExitCode;

use plimsoll_testkit::swagger::Spec;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [method, path, status] = words.as_slice() else {
        eprintln!("usage: check_reply METHOD PATH-TEMPLATE STATUS < BODY");
        return ExitCode::from(2);
    };
    let Some(spec) = Spec::load() else {
        eprintln!("no docker-engine-api.yaml: set PLIMSOLL_SHARED");
        return ExitCode::from(3);
    };
    let body = match serde_json::from_reader(std::io::stdin()) {
        Ok(body) => body,
        Err(error) => {
            eprintln!("the body is not JSON: {error}");
            return ExitCode::FAILURE;
        }
    };
    match spec.check(method, path, status.parse().unwrap_or(0), &body) {
        Ok(()) => ExitCode::SUCCESS,
        Err(misfits) => {
            misfits.iter().for_each(|misfit| println!("{misfit}"));
            ExitCode::FAILURE
        }
    }
}
