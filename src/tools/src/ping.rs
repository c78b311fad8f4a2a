//! `ping`: ICMP echo over a raw socket, whose answers tell their ttl, or over
//! the kernel's unprivileged datagram socket where that is closed.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrStorage, recvfrom, sendto,
    setsockopt, socket, sockopt,
};

const USAGE: &str = "Usage: ping [-4 | -6] [-c COUNT] [-i SECONDS] [-W SECONDS] [-w SECONDS] [-s BYTES] [-t TTL] [-q] HOST";
/// RFC 792 and RFC 4443.
const ECHO: u8 = 8;
const ECHO_REPLY: u8 = 0;
const UNREACHABLE: u8 = 3;
const ECHO_V6: u8 = 128;
const ECHO_REPLY_V6: u8 = 129;

struct Options {
    host: String,
    count: Option<u64>,
    interval: Duration,
    timeout: Duration,
    deadline: Option<Duration>,
    size: usize,
    ttl: Option<u32>,
    quiet: bool,
    /// 4, 6 or whatever the name gives first.
    family: Option<u8>,
}

pub fn main(arguments: Vec<OsString>) -> i32 {
    let words: Vec<String> = arguments
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let Some(options) = parse(&words) else {
        eprintln!("{USAGE}");
        return 2;
    };
    let Some(target) = resolve(&options) else {
        eprintln!("ping: {}: Name or service not known", options.host);
        return 2;
    };
    match Echo::open(target, &options) {
        Ok(mut echo) => echo.run(&options),
        Err(error) => {
            eprintln!("ping: socket: {}", error.desc());
            2
        }
    }
}

fn parse(words: &[String]) -> Option<Options> {
    let mut options = Options {
        host: String::new(),
        count: None,
        interval: Duration::from_secs(1),
        timeout: Duration::from_secs(10),
        deadline: None,
        size: 56,
        ttl: None,
        quiet: false,
        family: None,
    };
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let (flag, attached) = match word.strip_prefix('-') {
            Some(flag) if !flag.is_empty() => flag.split_at(1),
            _ => {
                options.host.clone_from(word);
                continue;
            }
        };
        match flag {
            "4" => options.family = Some(4),
            "6" => options.family = Some(6),
            "q" => options.quiet = true,
            "n" | "v" | "b" => {}
            _ => {
                let value = if attached.is_empty() {
                    rest.next()?.as_str()
                } else {
                    attached
                };
                let seconds = || Duration::try_from_secs_f64(value.parse().ok()?).ok();
                match flag {
                    "c" => options.count = Some(value.parse().ok()?),
                    "i" => options.interval = seconds()?,
                    "W" => options.timeout = seconds()?,
                    "w" => options.deadline = Some(seconds()?),
                    "s" => options.size = value.parse().ok().filter(|size| *size <= 65_507)?,
                    "t" => options.ttl = Some(value.parse().ok()?),
                    _ => return None,
                }
            }
        }
    }
    (!options.host.is_empty()).then_some(options)
}

fn resolve(options: &Options) -> Option<IpAddr> {
    let found = (options.host.as_str(), 0).to_socket_addrs().ok()?;
    let mut addresses = found.map(|address| address.ip());
    addresses.find(|address| match options.family {
        Some(4) => address.is_ipv4(),
        Some(_) => address.is_ipv6(),
        None => true,
    })
}

struct Echo {
    socket: OwnedFd,
    target: IpAddr,
    /// A raw socket sees the IP header and everybody's answers.
    raw: bool,
    identifier: u16,
    sent: u64,
    received: u64,
    times: Vec<Duration>,
}

impl Echo {
    fn open(target: IpAddr, options: &Options) -> Result<Echo, Errno> {
        let (family, protocol) = match target {
            IpAddr::V4(_) => (AddressFamily::Inet, SockProtocol::Icmp),
            IpAddr::V6(_) => (AddressFamily::Inet6, SockProtocol::IcmpV6),
        };
        let open = |kind| socket(family, kind, SockFlag::SOCK_CLOEXEC, protocol);
        let (socket, raw) = match open(SockType::Raw) {
            Ok(socket) => (socket, true),
            Err(_) => (open(SockType::Datagram)?, false),
        };
        if let Some(ttl) = options.ttl {
            match target {
                IpAddr::V4(_) => setsockopt(&socket, sockopt::Ipv4Ttl, &ttl.cast_signed())?,
                IpAddr::V6(_) => setsockopt(&socket, sockopt::Ipv6Ttl, &ttl.cast_signed())?,
            }
        }
        Ok(Echo {
            socket,
            target,
            raw,
            identifier: (std::process::id() & 0xffff) as u16,
            sent: 0,
            received: 0,
            times: Vec::new(),
        })
    }

    fn run(&mut self, options: &Options) -> i32 {
        let stop = Arc::new(AtomicBool::new(false));
        let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&stop));
        let total = options.size + 28;
        println!(
            "PING {} ({}) {}({total}) bytes of data.",
            options.host, self.target, options.size
        );
        let began = Instant::now();
        let over = |stop: &AtomicBool| {
            stop.load(Ordering::Relaxed)
                || options
                    .deadline
                    .is_some_and(|limit| began.elapsed() >= limit)
        };
        while !over(&stop) && options.count.is_none_or(|count| self.sent < count) {
            let at = Instant::now();
            if let Err(error) = self.send(options.size) {
                eprintln!("ping: sendmsg: {}", error.desc());
            }
            let last = options.count == Some(self.sent);
            let patience = if last {
                options.timeout
            } else {
                options.interval
            };
            let answered = self.await_reply(at, patience, options, &stop);
            // After an early answer the rest of the interval is slept away.
            while !last && answered && at.elapsed() < options.interval && !over(&stop) {
                let left = options.interval.saturating_sub(at.elapsed());
                std::thread::sleep(left.min(Duration::from_millis(50)));
            }
        }
        self.summary(&options.host, began.elapsed());
        i32::from(self.received == 0)
    }

    fn send(&mut self, size: usize) -> Result<(), Errno> {
        self.sent += 1;
        let sequence = (self.sent & 0xffff) as u16;
        let kind = if self.target.is_ipv4() { ECHO } else { ECHO_V6 };
        let mut packet = vec![kind, 0, 0, 0];
        packet.extend(self.identifier.to_be_bytes());
        packet.extend(sequence.to_be_bytes());
        packet.extend((0..size).map(|index| (index & 0xff) as u8));
        let sum = checksum(&packet);
        packet[2..4].copy_from_slice(&sum.to_be_bytes());
        let to = SockaddrStorage::from(SocketAddr::new(self.target, 0));
        sendto(self.socket.as_raw_fd(), &packet, &to, MsgFlags::empty())?;
        Ok(())
    }

    fn await_reply(
        &mut self,
        at: Instant,
        patience: Duration,
        options: &Options,
        stop: &AtomicBool,
    ) -> bool {
        let mut buffer = vec![0; 66_000];
        loop {
            let left = patience
                .saturating_sub(at.elapsed())
                .min(Duration::from_millis(200));
            let exhausted = at.elapsed() >= patience || stop.load(Ordering::Relaxed);
            let wait = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
            let mut wanted = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
            match poll(&mut wanted, wait) {
                Ok(count) if count > 0 => {}
                _ if exhausted => return false,
                _ => continue,
            }
            let Ok((count, from)) =
                recvfrom::<SockaddrStorage>(self.socket.as_raw_fd(), &mut buffer)
            else {
                continue;
            };
            let from = from
                .and_then(|from| address_of(&from))
                .unwrap_or(self.target);
            if self.take(&buffer[..count], from, at, options) {
                return true;
            }
        }
    }

    /// Whether the packet answers the request that was sent last.
    fn take(&mut self, packet: &[u8], from: IpAddr, at: Instant, options: &Options) -> bool {
        let header = match (self.raw, packet.first()) {
            (true, Some(first)) if self.target.is_ipv4() => usize::from(first & 0xf) * 4,
            _ => 0,
        };
        let ttl = (header > 0).then(|| packet.get(8).copied()).flatten();
        let Some(icmp) = packet.get(header..).filter(|icmp| icmp.len() >= 8) else {
            return false;
        };
        let sequence = u16::from_be_bytes([icmp[6], icmp[7]]);
        match icmp[0] {
            ECHO_REPLY | ECHO_REPLY_V6 => {}
            UNREACHABLE => {
                println!("From {from} icmp_seq={} Destination Unreachable", self.sent);
                return true;
            }
            _ => return false,
        }
        // A datagram socket's identifier is the kernel's; a raw one's is ours.
        let ours = !self.raw || icmp[4..6] == self.identifier.to_be_bytes();
        if !ours || u64::from(sequence) != self.sent & 0xffff {
            return false;
        }
        let time = at.elapsed();
        self.received += 1;
        self.times.push(time);
        if !options.quiet {
            let ttl = ttl.map(|ttl| format!(" ttl={ttl}")).unwrap_or_default();
            let milliseconds = time.as_secs_f64() * 1000.0;
            println!(
                "{} bytes from {from}: icmp_seq={sequence}{ttl} time={milliseconds:.3} ms",
                icmp.len()
            );
        }
        true
    }

    fn summary(&self, host: &str, elapsed: Duration) {
        let lost = (self.sent - self.received) * 100 / self.sent.max(1);
        println!("\n--- {host} ping statistics ---");
        println!(
            "{} packets transmitted, {} received, {lost}% packet loss, time {}ms",
            self.sent,
            self.received,
            elapsed.as_millis()
        );
        let times: Vec<f64> = self
            .times
            .iter()
            .map(|time| time.as_secs_f64() * 1000.0)
            .collect();
        if times.is_empty() {
            return;
        }
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        let spread =
            times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / times.len() as f64;
        let least = times.iter().copied().fold(f64::INFINITY, f64::min);
        let most = times.iter().copied().fold(0.0, f64::max);
        println!(
            "rtt min/avg/max/mdev = {least:.3}/{mean:.3}/{most:.3}/{:.3} ms",
            spread.sqrt()
        );
    }
}

fn address_of(from: &SockaddrStorage) -> Option<IpAddr> {
    if let Some(four) = from.as_sockaddr_in() {
        return Some(IpAddr::V4(four.ip()));
    }
    from.as_sockaddr_in6().map(|six| IpAddr::V6(six.ip()))
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2);
    let sum: u32 = words
        .map(|word| u32::from(word[0]) << 8 | word.get(1).map_or(0, |low| u32::from(*low)))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}
