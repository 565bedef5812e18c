//! Who is asking: one place that reads an access key, in every form in which clients send one.

use std::{net::IpAddr, sync::Arc};

use http::{HeaderMap, Request, Uri, header};
use llm::{Failure, Kind};
use store::{AccessKey, parse_access_key};

use crate::{
    app::App,
    client::{self, Peer},
};

/// The key that a request presents, if it is good now.
///
/// # Errors
/// One and the same failure for a key that is unknown, wrong, disabled or expired, but for the last, where its holder
/// is told: they proved that they hold it.
pub(super) fn check(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<Arc<AccessKey>, Failure> {
    let presented = presented(headers, uri)?;
    let wrong = || {
        Failure::new(
            Kind::Auth,
            "This access key isn't valid. Use one that the gateway's console made; it starts with sk-aigw-.",
        )
    };
    let (id, secret) = parse_access_key(&presented).ok_or_else(wrong)?;
    let snapshot = app.snapshot();
    let key = snapshot.key(id).filter(|key| key.matches(secret, app.store.vault())).ok_or_else(wrong)?;
    if !key.enabled {
        return Err(Failure::new(
            Kind::Auth,
            "This access key is disabled. Enable it in the gateway's console, or use another one.",
        ));
    }
    if key.expires_at.is_some_and(|expires_at| expires_at <= app.clock.now()) {
        return Err(Failure::new(Kind::Auth, "This access key has expired. Make a new one in the gateway's console."));
    }
    Ok(Arc::clone(key))
}

/// Whether the key may be used from this address.
///
/// # Errors
/// With the address as the gateway sees it: behind a proxy that isn't trusted, it is the proxy's.
pub(super) fn admit(key: &AccessKey, ip: IpAddr) -> Result<(), Failure> {
    if key.admits(ip) {
        return Ok(());
    }
    let text = format!("This access key may not be used from {ip}. Its list of addresses is in the gateway's console.");
    Err(Failure::new(Kind::Permission, text))
}

/// Both checks, for what leaves no row in the log.
pub(super) fn check_here<B>(app: &App, request: &Request<B>) -> Result<Arc<AccessKey>, Failure> {
    let key = check(app, request.headers(), request.uri())?;
    let peer: &Peer = request.extensions().get().ok_or_else(no_peer)?;
    admit(&key, client::address(*peer, request.headers(), &app.settings().trusted_proxies))?;
    Ok(key)
}

pub(super) fn no_peer() -> Failure {
    Failure::new(Kind::Internal, "The gateway lost track of the connection.")
}

/// The one credential that a request carries.
fn presented(headers: &HeaderMap, uri: &Uri) -> Result<String, Failure> {
    let mut found: Option<String> = None;
    let mut take = |value: &str| {
        let value = value.trim();
        match &found {
            _ if value.is_empty() => Ok(()),
            Some(other) if other != value => {
                Err(Failure::new(Kind::InvalidRequest, "The request carries two different access keys. Send one."))
            }
            _ => {
                found = Some(value.to_owned());
                Ok(())
            }
        }
    };
    for value in headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| value.to_str().ok()) {
        if let Some((scheme, token)) = value.split_once(' ')
            && scheme.eq_ignore_ascii_case("bearer")
        {
            take(token)?;
        }
    }
    for name in ["x-api-key", "x-goog-api-key", "api-key"] {
        for value in headers.get_all(name).iter().filter_map(|value| value.to_str().ok()) {
            take(value)?;
        }
    }
    for pair in uri.query().unwrap_or("").split('&') {
        if let Some(value) = pair.strip_prefix("key=") {
            take(value)?;
        }
    }
    found.ok_or_else(|| {
        Failure::new(Kind::Auth, "Send an access key of this gateway, as in `Authorization: Bearer sk-aigw-…`.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)], target: &str) -> Result<String, Kind> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        presented(&headers, &target.parse().unwrap()).map_err(|failure| failure.kind)
    }

    #[test]
    fn every_form_that_clients_use_is_read() {
        for pairs in [
            &[("authorization", "Bearer k1")][..],
            &[("authorization", "bearer  k1 ")],
            &[("x-api-key", "k1")],
            &[("x-goog-api-key", "k1")],
            &[("api-key", "k1")],
            &[("authorization", "Bearer k1"), ("x-api-key", "k1")],
            &[("authorization", "Basic zzz"), ("x-api-key", "k1")],
        ] {
            assert_eq!(read(pairs, "/v1/models").as_deref(), Ok("k1"), "{pairs:?}");
        }
        assert_eq!(read(&[], "/v1/models?a=b&key=k1").as_deref(), Ok("k1"));
    }

    #[test]
    fn two_different_keys_are_refused_rather_than_one_chosen() {
        assert_eq!(read(&[("authorization", "Bearer a"), ("x-api-key", "b")], "/"), Err(Kind::InvalidRequest));
        assert_eq!(read(&[("api-key", "a")], "/?key=b"), Err(Kind::InvalidRequest));
    }

    #[test]
    fn none_is_not_a_key() {
        for pairs in [&[][..], &[("authorization", "Bearer ")], &[("authorization", "k1")], &[("x-api-key", "")]] {
            assert_eq!(read(pairs, "/"), Err(Kind::Auth), "{pairs:?}");
        }
    }
}
