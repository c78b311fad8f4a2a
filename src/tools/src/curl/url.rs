//! `http://user@host:port/path?query`. Pure.

use super::failure::Failure;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    pub user: Option<String>,
    /// Without the brackets of an IPv6 address.
    pub host: String,
    pub port: u16,
    /// Path and query, beginning with a slash.
    pub target: String,
}

impl Url {
    /// A missing scheme means http, as in curl.
    pub fn parse(text: &str) -> Result<Url, Failure> {
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => return Err(Failure::Protocol(scheme.to_lowercase())),
            None => text,
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user.to_owned()), place),
            None => (None, authority),
        };
        let (host, port) = if let Some(inner) = place.strip_prefix('[') {
            let (host, after) = inner.split_once(']').ok_or(Failure::Url)?;
            (host, after.strip_prefix(':'))
        } else {
            match place.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            }
        };
        let port = match port {
            Some("") | None => 80,
            Some(port) => port.parse().map_err(|_| Failure::Url)?,
        };
        let legal = |letter: char| !letter.is_whitespace() && !letter.is_control();
        if host.is_empty() || !text.chars().all(legal) {
            return Err(Failure::Url);
        }
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(Url {
            user,
            host: host.to_owned(),
            port,
            target: format!("{slash}{target}"),
        })
    }

    /// Where `Location: TEXT` leads from here.
    pub fn join(&self, text: &str) -> Result<Url, Failure> {
        if text.contains("://") {
            return Url::parse(text);
        }
        if let Some(rest) = text.strip_prefix("//") {
            return Url::parse(rest);
        }
        let path = self.target.split('?').next().unwrap_or_default();
        let target = if text.starts_with('/') {
            text.to_owned()
        } else if text.starts_with('?') {
            format!("{path}{text}")
        } else {
            let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
            format!("{folder}{text}")
        };
        Ok(Url {
            target,
            ..self.clone()
        })
    }

    /// The `Host` header: the port is left out where it is the usual one.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        match self.port {
            80 => host,
            port => format!("{host}:{port}"),
        }
    }

    pub fn text(&self) -> String {
        format!("http://{}{}", self.authority(), self.target)
    }

    /// What `-O` calls the file.
    pub fn file_name(&self) -> Option<&str> {
        let path = self.target.split('?').next()?;
        path.rsplit('/').next().filter(|name| !name.is_empty())
    }
}
