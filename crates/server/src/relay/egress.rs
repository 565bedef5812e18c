//! Where the gateway's own connections may go, decided on the address that is dialled.
//!
//! Channels may point at this machine and its network, where local models run, unless the operator says otherwise.
//! Link-local addresses are never a model: they are where clouds keep their machines' credentials.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll},
    vec,
};

use hyper_util::client::legacy::connect::dns::Name;
use ipnet::IpNet;
use tower::Service;
use url::{Host, Url};

use crate::{Egress, settings::Live};

/// Never dialled.
const NEVER: &[&str] = &[
    "0.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "255.255.255.255/32",
    // Metadata services outside the link-local range.
    "100.100.100.200/32",
    "fd00:ec2::254/128",
    "::/128",
    "fe80::/10",
    "ff00::/8",
];

/// Not public: dialled only where [`Egress::Private`] allows.
const PRIVATE: &[&str] = &[
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "::1/128",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fec0::/10",
];

/// Whether an address may be dialled.
pub(crate) fn allows(egress: Egress, ip: IpAddr) -> bool {
    static RANGES: LazyLock<[Vec<IpNet>; 2]> = LazyLock::new(|| [NEVER, PRIVATE].map(parsed));
    let ip = embedded_v4(ip).unwrap_or(ip);
    let [never, private] = &*RANGES;
    let within = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&ip));
    !within(never) && (egress == Egress::Private || !within(private))
}

fn parsed(nets: &[&str]) -> Vec<IpNet> {
    nets.iter().filter_map(|net| net.parse().ok()).collect()
}

/// The IPv4 address inside a mapped or compatible IPv6 one.
fn embedded_v4(ip: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(v6) = ip else { return None };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return Some(v4.into());
    }
    let compatible =
        v6.segments()[..6].iter().all(|segment| *segment == 0) && v6 != Ipv6Addr::LOCALHOST && !v6.is_unspecified();
    compatible.then(|| {
        let [.., a, b, c, d] = v6.octets();
        Ipv4Addr::new(a, b, c, d).into()
    })
}

/// Checks an address that is written as numbers, which no resolver ever sees.
///
/// # Errors
/// A sentence for the person who entered it.
pub(crate) fn check_literal(url: &Url, egress: Egress) -> Result<(), String> {
    let ip = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err("The address names no host.".to_owned()),
    };
    check(ip, egress)
}

/// Checks an address before it is dialled.
///
/// # Errors
/// A sentence for the operator.
pub(super) fn check(ip: IpAddr, egress: Egress) -> Result<(), String> {
    if allows(egress, ip) {
        return Ok(());
    }
    Err(if allows(Egress::Private, ip) {
        format!("{ip} isn't a public address. This gateway is set to egress = \"public\".")
    } else {
        format!("{ip} is never dialled: link-local, multicast and metadata addresses hold no model.")
    })
}

/// Resolves names to addresses that may be dialled.
#[derive(Debug, Clone)]
pub(super) struct Guarded(pub(super) Arc<Live>);

impl Service<Name> for Guarded {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let egress = self.0.now().egress;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> = found.iter().copied().filter(|found| allows(egress, found.ip())).collect();
            if allowed.is_empty() && !found.is_empty() {
                let refused = format!("{} resolves only to addresses that may not be dialled", name.as_str());
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, refused));
            }
            Ok(allowed.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_parses() {
        assert!(NEVER.iter().chain(PRIVATE).all(|net| net.parse::<IpNet>().is_ok()));
    }

    #[test]
    fn addresses_are_judged_by_what_they_reach() {
        for (ip, private, public) in [
            ("8.8.8.8", true, true),
            ("2606:4700::1111", true, true),
            ("127.0.0.1", true, false),
            ("::1", true, false),
            ("192.168.1.20", true, false),
            ("100.64.0.1", true, false),
            ("fd12::1", true, false),
            ("::ffff:127.0.0.1", true, false),
            ("::ffff:10.0.0.1", true, false),
            ("64:ff9b::7f00:1", true, false),
            ("2002:7f00:1::", true, false),
            ("169.254.169.254", false, false),
            ("::ffff:169.254.169.254", false, false),
            ("::169.254.169.254", false, false),
            ("fe80::1", false, false),
            ("0.0.0.0", false, false),
            ("::", false, false),
            ("224.0.0.1", false, false),
            ("255.255.255.255", false, false),
            ("100.100.100.200", false, false),
            ("fd00:ec2::254", false, false),
        ] {
            let ip = ip.parse().unwrap();
            assert_eq!((allows(Egress::Private, ip), allows(Egress::Public, ip)), (private, public), "{ip}");
        }
    }

    #[test]
    fn other_spellings_of_an_address_are_the_same_address() {
        for url in ["http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://[::ffff:7f00:1]/"] {
            assert!(check_literal(&Url::parse(url).unwrap(), Egress::Public).is_err(), "{url}");
        }
        assert!(check_literal(&Url::parse("http://0xa9fea9fe/").unwrap(), Egress::Private).is_err());
    }
}
