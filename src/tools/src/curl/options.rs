//! The command line of `curl`. Pure but for `-d @FILE`.

use std::io::Read;
use std::time::Duration;

#[derive(Debug, Default)]
pub struct Options {
    pub urls: Vec<String>,
    pub silent: bool,
    pub show_error: bool,
    pub fail: bool,
    pub fail_with_body: bool,
    pub include: bool,
    pub head: bool,
    pub verbose: bool,
    pub follow: bool,
    pub remote_name: bool,
    pub output: Option<String>,
    pub method: Option<String>,
    pub headers: Vec<String>,
    pub data: Option<Vec<u8>>,
    pub json: bool,
    pub get: bool,
    pub agent: Option<String>,
    pub user: Option<String>,
    pub max_time: Option<Duration>,
    pub connect_timeout: Option<Duration>,
    pub max_redirects: Option<usize>,
    pub retry: usize,
    pub retry_delay: Option<Duration>,
    pub retry_refused: bool,
    pub write_out: Option<String>,
    pub unix_socket: Option<String>,
    pub family: Family,
    pub old_http: bool,
    pub help: bool,
    pub version: bool,
}

/// Which addresses of a host are tried.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    #[default]
    Any,
    Four,
    Six,
}

impl Options {
    /// The error is what follows `curl: `.
    pub fn parse(words: &[String]) -> Result<Options, String> {
        let mut options = Options::default();
        let mut rest = words.iter().cloned();
        let mut only_urls = false;
        while let Some(word) = rest.next() {
            if only_urls || word == "-" || !word.starts_with('-') {
                options.urls.push(word);
            } else if word == "--" {
                only_urls = true;
            } else if let Some(name) = word.strip_prefix("--") {
                options.option(name, &word, None, &mut rest)?;
            } else {
                options.letters(&word, &mut rest)?;
            }
        }
        Ok(options)
    }

    /// `-sSo FILE` and `-oFILE`: what follows a letter may be its value.
    fn letters(
        &mut self,
        word: &str,
        rest: &mut impl Iterator<Item = String>,
    ) -> Result<(), String> {
        for (index, letter) in word.char_indices().skip(1) {
            let shown = format!("-{letter}");
            let name = long_name(letter).ok_or_else(|| unknown(&shown))?;
            let attached = &word[index + letter.len_utf8()..];
            let attached = (!attached.is_empty()).then(|| attached.to_owned());
            if self.option(name, &shown, attached, rest)? {
                break;
            }
        }
        Ok(())
    }

    /// Returns whether the option took a value.
    fn option(
        &mut self,
        name: &str,
        shown: &str,
        attached: Option<String>,
        rest: &mut impl Iterator<Item = String>,
    ) -> Result<bool, String> {
        if self.switch(name) {
            return Ok(false);
        }
        if !VALUED.contains(&name) {
            return Err(unknown(shown));
        }
        let value = attached
            .or_else(|| rest.next())
            .ok_or_else(|| format!("option {shown}: requires parameter"))?;
        self.valued(name, shown, value)?;
        Ok(true)
    }

    fn switch(&mut self, name: &str) -> bool {
        match name {
            "silent" => self.silent = true,
            "show-error" => self.show_error = true,
            "fail" => self.fail = true,
            "fail-with-body" => self.fail_with_body = true,
            "include" | "show-headers" => self.include = true,
            "head" => self.head = true,
            "verbose" => self.verbose = true,
            "location" => self.follow = true,
            "remote-name" => self.remote_name = true,
            "get" => self.get = true,
            "retry-connrefused" => self.retry_refused = true,
            "ipv4" => self.family = Family::Four,
            "ipv6" => self.family = Family::Six,
            "http1.0" => self.old_http = true,
            "help" => self.help = true,
            "version" => self.version = true,
            // Of no consequence in a build without TLS, meter and buffering.
            "insecure" | "no-buffer" | "no-progress-meter" | "progress-bar" | "compressed"
            | "globoff" | "http1.1" | "disable" | "path-as-is" => {}
            _ => return false,
        }
        true
    }

    fn valued(&mut self, name: &str, shown: &str, value: String) -> Result<(), String> {
        match name {
            "output" => self.output = Some(value),
            "request" => self.method = Some(value),
            "header" => self.headers.push(value),
            "data" | "data-ascii" | "data-binary" | "data-raw" | "json" => {
                self.json |= name == "json";
                let more = data(name, value)?;
                match &mut self.data {
                    Some(data) => {
                        data.push(b'&');
                        data.extend(more);
                    }
                    None => self.data = Some(more),
                }
            }
            "user-agent" => self.agent = Some(value),
            "referer" => self.headers.push(format!("Referer: {value}")),
            "user" => self.user = Some(value),
            "max-time" => self.max_time = Some(seconds(shown, &value)?),
            "connect-timeout" => self.connect_timeout = Some(seconds(shown, &value)?),
            "retry-delay" => self.retry_delay = Some(seconds(shown, &value)?),
            "retry" => self.retry = number(shown, &value)?,
            "max-redirs" => self.max_redirects = Some(number(shown, &value)?),
            "write-out" => self.write_out = Some(value),
            "unix-socket" => self.unix_socket = Some(value),
            "url" => self.urls.push(value),
            _ => return Err(unknown(shown)),
        }
        Ok(())
    }
}

const VALUED: &[&str] = &[
    "output",
    "request",
    "header",
    "data",
    "data-ascii",
    "data-binary",
    "data-raw",
    "json",
    "user-agent",
    "referer",
    "user",
    "max-time",
    "connect-timeout",
    "retry-delay",
    "retry",
    "max-redirs",
    "write-out",
    "unix-socket",
    "url",
];

fn long_name(letter: char) -> Option<&'static str> {
    Some(match letter {
        's' => "silent",
        'S' => "show-error",
        'f' => "fail",
        'i' => "include",
        'I' => "head",
        'v' => "verbose",
        'L' => "location",
        'O' => "remote-name",
        'o' => "output",
        'X' => "request",
        'd' => "data",
        'H' => "header",
        'm' => "max-time",
        'w' => "write-out",
        'A' => "user-agent",
        'e' => "referer",
        'u' => "user",
        'k' => "insecure",
        'N' => "no-buffer",
        'G' => "get",
        'g' => "globoff",
        'q' => "disable",
        '4' => "ipv4",
        '6' => "ipv6",
        '0' => "http1.0",
        '#' => "progress-bar",
        'h' => "help",
        'V' => "version",
        _ => return None,
    })
}

fn unknown(shown: &str) -> String {
    format!("option {shown}: is unknown")
}

fn seconds(shown: &str, value: &str) -> Result<Duration, String> {
    let parsed = value.parse().ok();
    parsed
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| format!("option {shown}: expected a proper numerical parameter"))
}

fn number(shown: &str, value: &str) -> Result<usize, String> {
    value
        .parse()
        .map_err(|_| format!("option {shown}: expected a proper numerical parameter"))
}

/// `@FILE` reads a file, `@-` standard input; `-d` drops its line ends.
fn data(name: &str, value: String) -> Result<Vec<u8>, String> {
    let Some(path) = value.strip_prefix('@').filter(|_| name != "data-raw") else {
        return Ok(value.into_bytes());
    };
    let read = if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let mut bytes =
        read.map_err(|_| format!("option -d: error encountered when reading a file: {path}"))?;
    if matches!(name, "data" | "data-ascii") {
        bytes.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
    }
    Ok(bytes)
}
