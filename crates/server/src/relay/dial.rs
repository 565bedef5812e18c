//! Opens connections to providers: only to addresses that may be dialled, encrypted where the address says so, and not for ever.

use std::{
    error::Error,
    io,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tower::Service;

use super::egress::{self, Guarded};
use crate::{Egress, settings::Live};

/// Until a connection stands, encryption included.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often an idle connection proves that the other end is there.
const KEEPALIVE: Duration = Duration::from_mins(1);

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Debug, Clone)]
pub(super) struct Dialer {
    https: HttpsConnector<HttpConnector<Guarded>>,
    live: Arc<Live>,
}

impl Dialer {
    /// # Errors
    /// If the system's list of authorities can't be read.
    pub(super) fn new(live: Arc<Live>) -> io::Result<Self> {
        let mut http = HttpConnector::new_with_resolver(Guarded(Arc::clone(&live)));
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_keepalive(Some(KEEPALIVE));
        http.set_connect_timeout(Some(PATIENCE));
        let builder = HttpsConnectorBuilder::new().try_with_platform_verifier().map_err(io::Error::other)?;
        Ok(Self { https: builder.https_or_http().enable_http1().enable_http2().wrap_connector(http), live })
    }

    /// Where it may dial right now.
    pub(super) fn egress(&self) -> Egress {
        self.live.now().egress
    }
}

impl Service<Uri> for Dialer {
    type Response = <HttpsConnector<HttpConnector<Guarded>> as Service<Uri>>::Response;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.https.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // Numbers never reach the resolver, which judges all other addresses.
        let refused = literal(&uri).and_then(|ip| egress::check(ip, self.egress()).err());
        let connection = refused.is_none().then(|| self.https.call(uri));
        Box::pin(async move {
            let Some(connection) = connection else {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, refused.unwrap_or_default()).into());
            };
            match tokio::time::timeout(PATIENCE, connection).await {
                Ok(connection) => connection,
                Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "timed out").into()),
            }
        })
    }
}

fn literal(uri: &Uri) -> Option<IpAddr> {
    uri.host()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_numbers_is_recognised() {
        for (uri, ip) in [
            ("http://127.0.0.1:8080/v1", Some("127.0.0.1")),
            ("https://[::1]/v1", Some("::1")),
            ("https://api.example.com/v1", None),
            ("http://2130706433/", None),
        ] {
            assert_eq!(literal(&uri.parse().unwrap()), ip.map(|ip| ip.parse().unwrap()), "{uri}");
        }
    }
}
