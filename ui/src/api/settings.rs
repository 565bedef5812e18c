use api::{
    Keyset, Page,
    audit::{Action, AuditEntry, AuditQuery, SubjectKind},
    settings::{Setting, SettingsPatch},
};
use gloo_net::http::Method;

use super::{Failure, about, client};

pub(crate) async fn settings() -> Result<Vec<Setting>, Failure> {
    Ok(client::get::<Page<Setting>>("/api/settings").await?.items)
}

pub(crate) async fn change(patch: &SettingsPatch) -> Result<Vec<Setting>, Failure> {
    let all = client::send::<Page<Setting>>(Method::PATCH, "/api/settings", patch).await?.items;
    about::changed();
    Ok(all)
}

pub(crate) async fn audit(query: &AuditQuery) -> Result<Keyset<AuditEntry>, Failure> {
    let AuditQuery { limit, before, user_id, subject, action } = query;
    let numbers = [("limit", *limit), ("before", *before), ("user_id", *user_id)];
    let words = [("subject", subject.map(SubjectKind::as_str)), ("action", action.map(Action::as_str))];
    let numbers = numbers.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    let words = words.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    client::get(&format!("/api/audit?{}", numbers.chain(words).collect::<Vec<_>>().join("&"))).await
}
