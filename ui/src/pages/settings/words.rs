//! What settings of the gateway are called, what they do, and how their values read.

use api::settings::Setting;

use crate::i18n::Text;

pub(super) fn title(t: Text, name: &str) -> String {
    match name {
        "listen" => t.settings_listen(),
        "public_urls" => t.settings_public_urls(),
        "trusted_proxies" => t.settings_trusted_proxies(),
        "egress" => t.settings_egress(),
        "data_dir" => t.settings_data_dir(),
        "durability" => t.settings_durability(),
        "master_key" => t.settings_master_key(),
        "audit_days" => t.settings_audit_days(),
        "body_days" => t.settings_body_days(),
        "body_kb" => t.settings_body_kb(),
        "body_mb" => t.settings_body_mb(),
        "log_days" => t.settings_log_days(),
        "log_mb" => t.settings_log_mb(),
        "drain_seconds" => t.settings_drain(),
        "time_zone" => t.settings_time_zone(),
        // The server is newer than this page.
        _ => name,
    }
    .to_owned()
}

pub(super) fn text(t: Text, setting: &Setting) -> &'static str {
    match (setting.name.as_str(), setting.value.as_str()) {
        ("listen", _) => t.settings_listen_text(),
        ("public_urls", _) => t.settings_public_urls_text(),
        ("trusted_proxies", _) => t.settings_trusted_proxies_text(),
        ("egress", "public") => t.settings_egress_public(),
        ("egress", _) => t.settings_egress_private(),
        ("data_dir", _) => t.settings_data_dir_text(),
        ("durability", "process") => t.settings_durability_process(),
        ("durability", _) => t.settings_durability_power(),
        ("master_key", _) => t.settings_master_key_text(),
        ("audit_days", _) => t.settings_audit_days_text(),
        ("body_days", _) => t.settings_body_days_text(),
        ("body_kb", _) => t.settings_body_kb_text(),
        ("body_mb", _) => t.settings_body_mb_text(),
        ("log_days", _) => t.settings_log_days_text(),
        ("log_mb", _) => t.settings_log_mb_text(),
        ("drain_seconds", _) => t.settings_drain_text(),
        ("time_zone", _) => t.settings_time_zone_text(),
        _ => "",
    }
}

/// A value as people read it, inside a sentence too.
pub(super) fn value(t: Text, name: &str, value: &str) -> String {
    match (name, value) {
        (_, "") => t.settings_none().to_owned(),
        ("egress", "public") => t.settings_egress_choice_public().to_owned(),
        ("egress", _) => t.settings_egress_choice_private().to_owned(),
        ("master_key", "env") => t.settings_master_key_env().to_owned(),
        ("master_key", "keyring") => t.settings_master_key_keyring().to_owned(),
        ("master_key", "data") => t.settings_master_key_data().to_owned(),
        ("master_key", place) => place.strip_prefix("file:").unwrap_or(place).to_owned(),
        ("body_days", "0") => t.settings_body_days_all().to_owned(),
        ("audit_days" | "log_days", "0") => t.settings_days_all().to_owned(),
        ("audit_days" | "log_days" | "body_days", days) => {
            t.settings_days_count(days.parse::<i64>().unwrap_or_default())
        }
        ("log_mb" | "body_mb", "0") => t.settings_log_mb_all().to_owned(),
        ("log_mb" | "body_mb", mb) => format!("{mb} MiB"),
        ("body_kb", kb) => format!("{kb} KiB"),
        ("drain_seconds", seconds) => format!("{seconds} s"),
        (_, value) => value.to_owned(),
    }
}
