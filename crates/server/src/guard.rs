//! Turns away what was sent to another name, before anything else looks at it.
//!
//! A page on the web can make a browser call this gateway under a name of its own that resolves here. `Host` tells;
//! it is compared exactly, and decides nothing but this.

use std::net::IpAddr;

use http::{HeaderMap, Method, Request, header};
use url::Url;

/// Whether a request names this gateway: an IP address, `localhost`, or one of `public_urls`.
pub(crate) fn names_this_gateway<B>(request: &Request<B>, public_urls: &[Url]) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Some(host) = host.to_str().ok() else { return false };
    // A target in absolute form must agree, or two readers would see two hosts.
    if request.uri().authority().is_some_and(|authority| authority.as_str() != host) {
        return false;
    }
    is_ours(host, public_urls)
}

/// Whether a `Host` names this gateway.
pub(crate) fn is_ours(host: &str, public_urls: &[Url]) -> bool {
    let Some((name, port)) = split(host) else { return false };
    if name.eq_ignore_ascii_case("localhost") || is_ip(name) {
        return true;
    }
    public_urls.iter().any(|url| {
        url.host_str().is_some_and(|ours| ours.eq_ignore_ascii_case(name))
            && port.unwrap_or(if url.scheme() == "https" { 443 } else { 80 })
                == url.port_or_known_default().unwrap_or(0)
    })
}

fn split(host: &str) -> Option<(&str, Option<u16>)> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let end = rest.find(']')?;
            let port = &rest[end + 1..];
            (&host[..end + 2], if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    let port = match port {
        Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => Some(port.parse().ok()?),
        Some(_) => return None,
        None => None,
    };
    (!name.is_empty()).then_some((name, port))
}

fn is_ip(name: &str) -> bool {
    match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => name.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv4()),
    }
}

/// Whether a browser says that a page of another origin sent this. Programs say nothing and pass.
pub(crate) fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        // Another port of localhost is the same site, but not the same origin.
        return !matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    if method.is_safe() {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    match (origin, host) {
        (Some((_, origin)), Some(host)) => origin != host,
        _ => true,
    }
}

/// Whether the client reached us under one of our `https` names, so that cookies must be `Secure`.
pub(crate) fn is_behind_tls(headers: &HeaderMap, public_urls: &[Url]) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let Some((name, _)) = split(host) else { return false };
    public_urls
        .iter()
        .any(|url| url.scheme() == "https" && url.host_str().is_some_and(|ours| ours.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(target: &str, hosts: &[&str]) -> bool {
        let urls = [Url::parse("https://ai.example.com").unwrap(), Url::parse("http://gateway.lan:3000").unwrap()];
        let mut request = Request::builder().uri(target);
        for host in hosts {
            request = request.header("host", *host);
        }
        names_this_gateway(&request.body(()).unwrap(), &urls)
    }

    #[test]
    fn own_names_pass() {
        for host in [
            "localhost",
            "localhost:3000",
            "LOCALHOST:1",
            "127.0.0.1:3000",
            "[::1]:3000",
            "[::1]",
            "192.168.1.20:3000",
            "ai.example.com",
            "AI.example.com:443",
            "gateway.lan:3000",
        ] {
            assert!(passes("/", &[host]), "{host}");
        }
    }

    #[test]
    fn other_names_do_not() {
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.evil.example",
            "evil.example:3000",
            "xai.example.com",
            "ai.example.com:3000",
            "gateway.lan",
            "localhost:3000/x",
            "localhost:x",
            "localhost:",
            "localhost:99999",
            "user@localhost",
            "[::1",
            "[localhost]",
            "::1",
            "0x7f.1",
        ] {
            assert!(!passes("/", &[host]), "{host}");
        }
        assert!(!passes("/", &[]), "no Host");
        assert!(!passes("/", &["localhost", "localhost"]), "two Hosts");
        assert!(!passes("http://evil.example/", &["localhost"]), "absolute form");
    }

    #[test]
    fn browsers_on_other_pages_are_recognised() {
        let check = |method: Method, pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            is_cross_site(&method, &headers)
        };
        let host = ("host", "127.0.0.1:3000");
        assert!(!check(Method::POST, &[host]));
        assert!(!check(Method::POST, &[host, ("sec-fetch-site", "same-origin")]));
        assert!(!check(Method::GET, &[host, ("sec-fetch-site", "none")]));
        assert!(!check(Method::POST, &[host, ("origin", "http://127.0.0.1:3000")]));
        for site in ["cross-site", "same-site"] {
            assert!(check(Method::GET, &[host, ("sec-fetch-site", site)]), "{site}");
        }
        for origin in ["http://127.0.0.1:3001", "http://127.0.0.1:3000.evil.example", "null", "https://evil.example"] {
            assert!(check(Method::POST, &[host, ("origin", origin)]), "{origin}");
        }
    }
}
