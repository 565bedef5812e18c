//! `PATCH /api/settings`

use std::net::IpAddr;

use api::{
    ErrorBody, Fields, Page,
    audit::SubjectKind,
    settings::{Setting, SettingsPatch},
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};
use ipnet::IpNet;
use serde_json::Value;
use store::Zone;
use url::Url;

use super::all;
use crate::{
    app::App,
    console::{
        audit::{Change, NoChange},
        error::Refusal,
        input::Input,
    },
    guard,
    settings::{Layer, Live, Settings},
};

/// Change settings, at once and without a restart. What is absent stays; `null` goes back to the default.
///
/// 409 for what file, environment or flags set: they go before what is chosen here.
#[utoipa::path(
    patch,
    path = "/api/settings",
    tag = "settings",
    request_body = SettingsPatch,
    responses((status = 200, body = Page<Setting>), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)),
)]
pub(in crate::console) async fn update(
    State(app): State<App>,
    headers: HeaderMap,
    Input(patch): Input<SettingsPatch>,
) -> Result<Response, Refusal> {
    let wanted = layer(patch).map_err(Refusal::Invalid)?;
    let locks = locks(&app.live, &wanted);
    if !locks.is_empty() {
        return Err(Refusal::Conflict("This is set where the gateway is started.", locks));
    }
    let named_urls = wanted.contains_key("public_urls");
    let admit = |settings: &Settings| if named_urls { stays_open(settings, &headers) } else { Ok(()) };
    let changed = app.live.choose(&app.store, wanted, admit).await?;
    let answer = Json(all(&app).await);
    Ok(match changed {
        Some((before, after)) => (Change::differing(SubjectKind::Setting, before, after), answer).into_response(),
        None => (NoChange, answer).into_response(),
    })
}

/// Names what can't be changed here, and where it can.
fn locks(live: &Live, wanted: &Layer) -> Fields {
    let given = wanted.keys().filter_map(|name| live.given(name));
    given.map(|given| (given.name.to_owned(), given.lock())).collect()
}

/// What a patch names, as it is stored.
fn layer(patch: SettingsPatch) -> Result<Layer, Fields> {
    let SettingsPatch {
        public_urls,
        trusted_proxies,
        egress,
        drain_seconds,
        audit_days,
        log_days,
        log_mb,
        body_days,
        body_mb,
        body_kb,
        time_zone,
    } = patch;
    let mut faults = Fields::new();
    let urls = public_urls.map(|urls| {
        urls.map(|urls| {
            let (urls, unreadable): (Vec<_>, Vec<_>) = urls.iter().map(|url| address(url)).partition(Result::is_ok);
            if let Some(Err(fault)) = unreadable.into_iter().next() {
                faults.insert("public_urls".to_owned(), fault);
            }
            urls.into_iter().flatten().map(String::from).collect::<Vec<_>>()
        })
    });
    let networks = trusted_proxies.map(|networks| {
        // Each was found to be one when the request was checked.
        networks.map(|networks| {
            networks.iter().filter_map(|text| network(text)).map(|net| net.to_string()).collect::<Vec<_>>()
        })
    });
    let zone = time_zone.map(|name| name.map(|name| name.trim().parse::<Zone>()));
    if let Some(Some(Err(_))) = zone {
        let fault = "There is no such time zone. Use one such as Europe/Berlin or Asia/Shanghai.";
        faults.insert("time_zone".to_owned(), fault.to_owned());
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let members: [(&str, Option<Value>); 11] = [
        ("public_urls", urls.map(Value::from)),
        ("trusted_proxies", networks.map(Value::from)),
        ("egress", egress.map(|egress| egress.map(api::settings::Egress::as_str).into())),
        ("drain_seconds", drain_seconds.map(Value::from)),
        ("audit_days", audit_days.map(Value::from)),
        ("time_zone", zone.map(|zone| zone.and_then(Result::ok).map(String::from).into())),
        ("log_days", log_days.map(Value::from)),
        ("log_mb", log_mb.map(Value::from)),
        ("body_days", body_days.map(Value::from)),
        ("body_mb", body_mb.map(Value::from)),
        ("body_kb", body_kb.map(Value::from)),
    ];
    Ok(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
}

/// # Errors
/// A sentence for whoever entered it.
fn address(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Err(_) => Err("This isn't an address. Enter one such as https://ai.example.com.".to_owned()),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Err("Leave user and password out of the address.".to_owned())
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            Err("Leave out what follows ? or #.".to_owned())
        }
        Ok(url) => Ok(url),
    }
}

/// An address alone is the network that holds just it.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Whoever changes the addresses must still reach the console to change them back.
fn stays_open(settings: &Settings, headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return Ok(()) };
    if guard::is_ours(host, &settings.public_urls) {
        return Ok(());
    }
    let fault = format!("You use the console at {host}. Keep that address, or open the console at another one first.");
    Err(Refusal::field("public_urls", fault))
}
