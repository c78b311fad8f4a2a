//! `curl`: HTTP/1.1 over TCP or a unix socket, with curl's own options, exit
//! codes and wording.
//!
//! Limits: plain HTTP only. No TLS, proxy, cookies, forms, ranges, no progress
//! meter.

mod connection;
mod failure;
mod options;
mod response;
mod transfer;
mod url;

use std::ffi::OsString;

use failure::Failure;
use options::Options;

const HELP: &str = "Usage: curl [options...] <url>
 -A, --user-agent <name>    Send User-Agent <name> to server
     --connect-timeout <s>  Longest time to wait for a connection
 -d, --data <data>          HTTP POST data; @file reads a file
 -f, --fail                 Fail with no output on HTTP errors
 -H, --header <line>        Pass a header to the server
 -I, --head                 Show the answer's header only
 -i, --include              Show the answer's header too
 -L, --location             Follow redirects
 -m, --max-time <s>         Longest time for the whole transfer
 -o, --output <file>        Write to a file instead of standard output
 -O, --remote-name          Write to a file named as the remote file
 -X, --request <method>     Use this method
     --retry <n>            Try again up to <n> times
     --retry-connrefused    Also where nobody listens yet
 -s, --silent               No messages
 -S, --show-error           Messages even with -s
     --unix-socket <path>   Connect to a unix socket
 -u, --user <name:pass>     Basic authentication
 -v, --verbose              Show the conversation
 -w, --write-out <format>   Print this afterwards
This build speaks plain HTTP: https:// needs the Debian base and its curl.";

pub fn main(arguments: Vec<OsString>) -> i32 {
    let words: Vec<String> = arguments
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let options = match Options::parse(&words) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("curl: {message}\ncurl: try 'curl --help' for more information");
            return 2;
        }
    };
    if options.help {
        println!("{HELP}");
        return 0;
    }
    if options.version {
        println!(
            "curl {} (Plimsoll's tools) plain HTTP/1.1\nProtocols: http\nFeatures: IPv6 UnixSockets",
            env!("CARGO_PKG_VERSION")
        );
        return 0;
    }
    if options.urls.is_empty() {
        eprintln!("curl: (2) no URL specified");
        return 2;
    }
    let mut code = 0;
    for url in &options.urls {
        code = match fetch(url, &options) {
            Ok(()) => 0,
            Err(failure) => {
                if !options.silent || options.show_error {
                    eprintln!("curl: ({}) {failure}", failure.code());
                }
                failure.code()
            }
        };
    }
    code
}

/// One URL, tried again where that was asked for and may help.
fn fetch(url: &str, options: &Options) -> Result<(), Failure> {
    let mut attempts = options.retry + 1;
    let mut pause = std::time::Duration::from_secs(1);
    loop {
        attempts -= 1;
        let outcome = transfer::run(url, options);
        let again = match &outcome {
            Err(failure) => failure.is_transient(options.retry_refused),
            Ok(()) => false,
        };
        if !again || attempts == 0 {
            return outcome;
        }
        if !options.silent {
            let seconds = pause.as_secs();
            eprintln!(
                "Warning: Problem: will retry in {seconds} second(s). {attempts} retries left."
            );
        }
        std::thread::sleep(options.retry_delay.unwrap_or(pause));
        pause = (pause * 2).min(std::time::Duration::from_secs(600));
    }
}
