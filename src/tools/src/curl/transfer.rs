//! One URL from the request to the last byte of the last answer.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Instant;

use super::connection::Connection;
use super::failure::{Failure, reason};
use super::options::Options;
use super::response::{Head, Reader};
use super::url::Url;

/// As many redirects as curl follows unless told otherwise.
const MOST_REDIRECTS: usize = 50;

/// What `-w` can tell afterwards.
#[derive(Default)]
struct Report {
    status: u16,
    url: String,
    content_type: String,
    size: u64,
    redirects: usize,
    peer: Option<SocketAddr>,
}

pub fn run(text: &str, options: &Options) -> Result<(), Failure> {
    let began = Instant::now();
    let mut report = Report::default();
    let outcome = follow(text, options, began, &mut report);
    if let Some(format) = &options.write_out {
        print!("{}", expand(format, &report, began.elapsed().as_secs_f64()));
        let _ = io::stdout().flush();
    }
    outcome
}

fn follow(
    text: &str,
    options: &Options,
    began: Instant,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut url = Url::parse(text)?;
    if let (true, Some(data)) = (options.get, &options.data) {
        let mark = if url.target.contains('?') { '&' } else { '?' };
        url.target.push(mark);
        url.target.push_str(&String::from_utf8_lossy(data));
    }
    let mut sends_data = options.data.is_some() && !options.get;
    let mut method = method(options, sends_data);
    let most = options.max_redirects.unwrap_or(MOST_REDIRECTS);
    loop {
        report.url = url.text();
        let next = exchange(&url, &method, sends_data, options, began, report)?;
        let Some(location) = next else { return Ok(()) };
        if report.redirects >= most {
            return Err(Failure::Redirects(most));
        }
        report.redirects += 1;
        url = url.join(&location)?;
        // As browsers do: a form that was answered by a redirect is not sent
        // again, unless the status says so (307, 308) or -X does.
        if !matches!(report.status, 307 | 308) {
            sends_data = false;
            if options.method.is_none() && method == "POST" {
                method = "GET".to_owned();
            }
        }
    }
}

fn method(options: &Options, sends_data: bool) -> String {
    match &options.method {
        Some(method) => method.clone(),
        None if options.head => "HEAD".to_owned(),
        None if sends_data => "POST".to_owned(),
        None => "GET".to_owned(),
    }
}

/// One request and its answer; returns where a followed redirect leads.
fn exchange(
    url: &Url,
    method: &str,
    sends_data: bool,
    options: &Options,
    began: Instant,
    report: &mut Report,
) -> Result<Option<String>, Failure> {
    let mut connection = Connection::open(url, options, began)?;
    report.peer = connection.peer;
    let head = request(url, method, sends_data, options);
    if options.verbose {
        eprintln!("* Connected to {} port {}", url.host, url.port);
        for line in head.lines() {
            eprintln!("> {line}");
        }
    }
    let mut bytes = head.into_bytes();
    if sends_data && let Some(data) = &options.data {
        bytes.extend_from_slice(data);
    }
    connection.send(&bytes)?;
    let mut reader = Reader::new(&mut connection);
    let head = reader.head()?;
    report.status = head.status;
    report.content_type = head.header("content-type").unwrap_or_default().to_owned();
    if options.verbose {
        for line in head.text.lines() {
            eprintln!("< {line}");
        }
    }
    let redirect = matches!(head.status, 301 | 302 | 303 | 307 | 308);
    let location = head
        .header("location")
        .filter(|_| redirect && options.follow);
    if options.fail && head.status >= 400 {
        return Err(Failure::Status(head.status));
    }
    let location = location.map(str::to_owned);
    show(
        &mut reader,
        &head,
        method,
        url,
        options,
        location.is_some(),
        report,
    )?;
    if options.fail_with_body && head.status >= 400 {
        return Err(Failure::Status(head.status));
    }
    Ok(location)
}

fn show(
    reader: &mut Reader<'_>,
    head: &Head,
    method: &str,
    url: &Url,
    options: &Options,
    passed_over: bool,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut out = output(url, options, passed_over)?;
    let mut write = |bytes: &[u8]| {
        let written = out.write_all(bytes).and_then(|()| out.flush());
        written.map_err(|error| {
            Failure::Write(format!(
                "Failure writing output to destination: {}",
                reason(&error)
            ))
        })
    };
    if options.include || options.head {
        write(head.text.as_bytes())?;
    }
    let bodiless = method == "HEAD" || matches!(head.status, 101 | 204 | 304);
    if bodiless {
        return Ok(());
    }
    reader.body(head, |part| {
        report.size += part.len() as u64;
        if passed_over { Ok(()) } else { write(part) }
    })
}

/// A file, or standard output. The body of a followed redirect goes nowhere.
fn output(url: &Url, options: &Options, passed_over: bool) -> Result<Box<dyn Write>, Failure> {
    let path = match &options.output {
        Some(path) if path != "-" => Some(path.as_str()),
        _ if options.remote_name => {
            let name = url.file_name();
            Some(name.ok_or_else(|| Failure::Write("Remote file name has no length".to_owned()))?)
        }
        _ => None,
    };
    match path {
        Some(path) if !passed_over => {
            let file = File::create(path).map_err(|error| {
                Failure::Write(format!(
                    "Failed to open the file {path}: {}",
                    reason(&error)
                ))
            })?;
            Ok(Box::new(file))
        }
        _ => Ok(Box::new(io::stdout())),
    }
}

fn request(url: &Url, method: &str, sends_data: bool, options: &Options) -> String {
    let version = if options.old_http { "1.0" } else { "1.1" };
    let mut lines = vec![format!("{method} {} HTTP/{version}", url.target)];
    let given = |name: &str| {
        let mut names = options
            .headers
            .iter()
            .filter_map(|line| line.split([':', ';']).next());
        names.any(|other| other.trim().eq_ignore_ascii_case(name))
    };
    let mut add = |name: &str, value: &str| {
        if !given(name) {
            lines.push(format!("{name}: {value}"));
        }
    };
    add("Host", &url.authority());
    if let Some(user) = options.user.as_ref().or(url.user.as_ref()) {
        add(
            "Authorization",
            &format!("Basic {}", base64(user.as_bytes())),
        );
    }
    let agent = concat!("curl/", env!("CARGO_PKG_VERSION"));
    add("User-Agent", options.agent.as_deref().unwrap_or(agent));
    let accept = if options.json {
        "application/json"
    } else {
        "*/*"
    };
    add("Accept", accept);
    add("Connection", "close");
    if sends_data {
        let kind = if options.json {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let length = options.data.as_ref().map_or(0, Vec::len);
        add("Content-Length", &length.to_string());
        add("Content-Type", kind);
    }
    for header in &options.headers {
        // `Name:` without a value takes the header away, `Name;` sends it empty.
        match header.split_once(':') {
            Some((_, value)) if value.trim().is_empty() => {}
            Some(_) => lines.push(header.clone()),
            None => lines.extend(header.strip_suffix(';').map(|name| format!("{name}:"))),
        }
    }
    format!("{}\r\n\r\n", lines.join("\r\n"))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let number = (0..3).fold(0_usize, |number, index| {
            number << 8 | group.get(index).map_or(0, |byte| usize::from(*byte))
        });
        for place in 0..4 {
            let letter = LETTERS[number >> (18 - 6 * place) & 63];
            out.push(if place <= group.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    out
}

/// `%{name}` and the escapes `\n`, `\t`, `\r`.
fn expand(format: &str, report: &Report, seconds: f64) -> String {
    let mut out = String::new();
    let mut rest = format;
    while let Some(letter) = rest.chars().next() {
        if let Some((name, after)) = rest
            .strip_prefix("%{")
            .and_then(|inner| inner.split_once('}'))
        {
            out.push_str(&variable(name, report, seconds));
            rest = after;
            continue;
        }
        let (text, taken) = match (letter, rest.chars().nth(1)) {
            ('\\', Some('n')) => ("\n", 2),
            ('\\', Some('t')) => ("\t", 2),
            ('\\', Some('r')) => ("\r", 2),
            ('%', Some('%')) => ("%", 2),
            _ => (&rest[..letter.len_utf8()], letter.len_utf8()),
        };
        out.push_str(text);
        rest = &rest[taken..];
    }
    out
}

fn variable(name: &str, report: &Report, seconds: f64) -> String {
    match name {
        "http_code" | "response_code" => format!("{:03}", report.status),
        "url" | "url_effective" => report.url.clone(),
        "content_type" => report.content_type.clone(),
        "size_download" => report.size.to_string(),
        "num_redirects" => report.redirects.to_string(),
        "time_total" => format!("{seconds:.6}"),
        "remote_ip" => report
            .peer
            .map(|peer| peer.ip().to_string())
            .unwrap_or_default(),
        "remote_port" => report
            .peer
            .map(|peer| peer.port().to_string())
            .unwrap_or_default(),
        "scheme" => "HTTP".to_owned(),
        "http_version" => "1.1".to_owned(),
        _ => String::new(),
    }
}
