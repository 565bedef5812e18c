//! Credential sets at providers.

mod create;
mod delete;
mod list;
mod read;
mod test;
mod update;

use api::Fields;
use llm::vendor::Reach;
use store::ChannelError;
use url::Url;

pub(super) use create::*;
pub(super) use delete::*;
pub(super) use list::*;
pub(super) use read::*;
pub(super) use test::*;
pub(super) use update::*;

use crate::{app::App, console::error::Refusal, relay::egress};

/// Checks that need to know the providers and where channels may point.
fn check(app: &App, provider: &str, base_url: Option<&str>, add_keys: usize, is_new: bool) -> Result<(), Refusal> {
    let mut fields = Fields::new();
    match app.snapshot().provider(provider) {
        None => {
            fields.insert("provider".to_owned(), "There is no such provider.".to_owned());
        }
        Some(provider) => {
            if is_new && !provider.enabled {
                let fault = "This provider is switched off. Switch it on under Providers, or choose another one.";
                fields.insert("provider".to_owned(), fault.to_owned());
            }
            if base_url.is_none() && provider.base_url.is_none() && provider.reach == Reach::Http {
                let fault = "Enter the address of its API; this provider has none that fits everyone.";
                fields.insert("base_url".to_owned(), fault.to_owned());
            }
            if is_new && provider.needs_key && add_keys == 0 {
                fields.insert("keys".to_owned(), "Enter at least one API key of this provider.".to_owned());
            }
        }
    }
    if let Some(fault) = base_url.and_then(|text| address_fault(app, text)) {
        fields.insert("base_url".to_owned(), fault);
    }
    if fields.is_empty() { Ok(()) } else { Err(Refusal::Invalid(fields)) }
}

/// What is wrong with an API's address, if anything is.
pub(super) fn address_fault(app: &App, text: &str) -> Option<String> {
    match Url::parse(text) {
        Err(_) => Some("This isn't an address. Enter one such as https://api.openai.com/v1.".to_owned()),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Some("Leave user and password out of the address; put the key under keys.".to_owned())
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            Some("Leave out what follows ? or #.".to_owned())
        }
        Ok(url) => egress::check_literal(&url, app.settings().egress).err(),
    }
}

/// What a refused write says; `name` is the one that was asked for.
fn refusal(error: ChannelError, name: &str) -> Refusal {
    match error {
        ChannelError::NameTaken => Refusal::name_taken(name),
        ChannelError::ModelIsAlias { name, .. } => {
            Refusal::field("models", format!("“{name}” is an alias. Name its model, or take the alias away first."))
        }
        ChannelError::Store(error) => error.into(),
    }
}

/// An address as it is stored: without the slash that paths start with.
pub(super) fn tidy(base_url: &str) -> String {
    base_url.trim().trim_end_matches('/').to_owned()
}
