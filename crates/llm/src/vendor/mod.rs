//! Vendors as data: where each lives, how it authenticates, what it speaks.
//!
//! Adding a vendor is adding a row to `table.rs`. No code anywhere asks for a vendor by name.

mod table;

use crate::{Dialect, chat::Endpoint};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Vendor {
    /// Stable name, as channels store it.
    pub slug: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Two letters (or one ideograph) for its tile.
    pub tile: &'static str,
    /// What the paths are appended to; `None` where every account has its own.
    pub base_url: Option<&'static str>,
    pub auth: Auth,
    /// What it is about.
    pub website: &'static str,
    /// Where a person gets a key.
    pub keys_url: Option<&'static str>,
    /// Runs on the person's own machine or network.
    pub local: bool,
    /// Makes the models that it sells: what it takes for one is that model's public price.
    pub maker: bool,
    pub speaks: &'static [Dialect],
    pub reach: Reach,
}

/// How a credential travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer …`
    Bearer,
    /// The key alone in a header of this name.
    Header(&'static str),
    /// `Authorization: Bearer …` if there is a key; most local servers need none.
    Optional,
}

/// How requests get there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Http,
    /// Answered by this process, see [`crate::demo`].
    InProcess,
}

impl Vendor {
    /// All vendors, in the order in which people see them.
    pub fn all() -> &'static [Self] {
        table::VENDORS
    }

    pub fn find(slug: &str) -> Option<&'static Self> {
        Self::all().iter().find(|vendor| vendor.slug == slug)
    }

    /// The vendor that this process answers for.
    pub fn in_process() -> &'static Self {
        Self::all().iter().find(|vendor| vendor.reach == Reach::InProcess).expect("the table has one; its test says so")
    }

    pub const fn needs_key(&self) -> bool {
        matches!(self.reach, Reach::Http) && !matches!(self.auth, Auth::Optional)
    }

    /// Where an endpoint is, below a base URL.
    pub fn url(base_url: &str, endpoint: Endpoint) -> String {
        format!("{}{}", base_url.trim_end_matches('/'), endpoint.path())
    }
}
