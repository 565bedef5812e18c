//! Credential sets at providers.

mod create;
mod delete;
mod list;
mod read;
mod test;
mod update;

use api::Fields;
use llm::Vendor;
use url::Url;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use list::*;
pub(super) use read::*;
pub(super) use test::*;
pub(super) use update::*;

use crate::{console::error::Refusal, relay::egress};

/// Checks that need to know the vendors and where channels may point.
fn check(
    egress: crate::Egress,
    provider: &str,
    base_url: Option<&str>,
    add_keys: usize,
    keys_needed: bool,
) -> Result<(), Refusal> {
    let mut fields = Fields::new();
    match Vendor::find(provider) {
        None => {
            fields.insert("provider".to_owned(), "There is no such provider.".to_owned());
        }
        Some(vendor) => {
            if base_url.is_none() && vendor.base_url.is_none() && vendor.reach == llm::vendor::Reach::Http {
                let fault = "Enter the address of its API; this provider has none that fits everyone.";
                fields.insert("base_url".to_owned(), fault.to_owned());
            }
            if keys_needed && vendor.needs_key() && add_keys == 0 {
                fields.insert("keys".to_owned(), "Enter at least one API key of this provider.".to_owned());
            }
        }
    }
    if let Some(text) = base_url {
        let fault = match Url::parse(text) {
            Err(_) => Some("This isn't an address. Enter one such as https://api.openai.com/v1.".to_owned()),
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                Some("Leave user and password out of the address; put the key under keys.".to_owned())
            }
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                Some("Leave out what follows ? or #.".to_owned())
            }
            Ok(url) => egress::check_literal(&url, egress).err(),
        };
        if let Some(fault) = fault {
            fields.insert("base_url".to_owned(), fault);
        }
    }
    if fields.is_empty() { Ok(()) } else { Err(Refusal::Invalid(fields)) }
}

/// An address as it is stored: without the slash that paths start with.
fn tidy(base_url: &str) -> String {
    base_url.trim().trim_end_matches('/').to_owned()
}
