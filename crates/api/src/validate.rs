//! Checks that need nothing but the request: the console runs them while a person types, the server before it writes.

use crate::Fields;

/// A request that can say what is wrong with itself.
pub trait Validate {
    /// Adds a sentence for each field that can't be accepted.
    fn check(&self, fields: &mut Fields);

    /// Every field's fault, or nothing.
    fn validate(&self) -> Result<(), Fields> {
        let mut fields = Fields::new();
        self.check(&mut fields);
        if fields.is_empty() { Ok(()) } else { Err(fields) }
    }
}

pub(crate) fn name(fields: &mut Fields, field: &str, value: &str) {
    let fault = if value.trim().is_empty() {
        "Enter a name."
    } else if value.chars().count() > 128 {
        "Use at most 128 characters."
    } else if value.chars().any(invisible) {
        "Remove control and text-direction characters."
    } else {
        return;
    };
    fields.insert(field.to_owned(), fault.to_owned());
}

pub(crate) fn model_name(fields: &mut Fields, field: &str, value: &str) {
    let fault = if value.is_empty() {
        "Enter the model's name."
    } else if value.len() > 200 {
        "Use at most 200 bytes."
    } else if value.chars().any(|c| c.is_whitespace() || invisible(c)) {
        "A model's name has no spaces or control characters."
    } else {
        return;
    };
    fields.entry(field.to_owned()).or_insert_with(|| fault.to_owned());
}

/// An IP address, or a network as an address and the length of its prefix.
pub(crate) fn network(fields: &mut Fields, field: &str, value: &str) {
    let (address, prefix) = value.split_once('/').map_or((value, None), |(address, prefix)| (address, Some(prefix)));
    let known = address.parse::<std::net::IpAddr>().is_ok_and(|address| {
        let longest = if address.is_ipv4() { 32 } else { 128 };
        prefix.is_none_or(|prefix| {
            prefix.bytes().all(|b| b.is_ascii_digit()) && prefix.parse::<u8>().is_ok_and(|length| length <= longest)
        })
    });
    if !known {
        let fault = format!("“{value}” isn't an address or a network. Enter one such as 203.0.113.7 or 10.0.0.0/8.");
        fields.entry(field.to_owned()).or_insert(fault);
    }
}

/// An address of a site or an API.
pub(crate) fn url(fields: &mut Fields, field: &str, value: &str, example: &str) {
    let fault = if !(value.starts_with("http://") || value.starts_with("https://")) {
        format!("Start with https:// or http://, as in {example}.")
    } else if value.len() > 2048 {
        "Use at most 2,048 bytes.".to_owned()
    } else {
        return;
    };
    fields.entry(field.to_owned()).or_insert(fault);
}

pub(crate) fn range(fields: &mut Fields, field: &str, value: i64, min: i64, max: i64) {
    if !(min..=max).contains(&value) {
        fields.insert(field.to_owned(), format!("Use a number from {min} to {max}."));
    }
}

pub(crate) fn at_most(fields: &mut Fields, field: &str, count: usize, max: usize) {
    if count > max {
        fields.insert(field.to_owned(), format!("Use at most {max} entries."));
    }
}

/// Control characters, and those that make text read other than it is.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_read_other_than_they_are_are_refused() {
        for bad in ["", "  ", "a\u{202e}b", "a\nb", "\u{feff}a", &"x".repeat(129)] {
            let mut fields = Fields::new();
            name(&mut fields, "name", bad);
            assert_eq!(fields.len(), 1, "{bad:?}");
        }
    }

    #[test]
    fn names_in_any_script_are_accepted() {
        for good in ["月之暗面 · 生产", "OpenAI — backup", "é", &"名".repeat(128)] {
            let mut fields = Fields::new();
            name(&mut fields, "name", good);
            assert!(fields.is_empty(), "{good:?}: {fields:?}");
        }
    }

    #[test]
    fn model_names_keep_slashes_and_colons() {
        for good in ["gpt-4o-mini", "meta-llama/Llama-3.3-70B", "qwen2.5:7b", "@cf/meta/llama"] {
            let mut fields = Fields::new();
            model_name(&mut fields, "models", good);
            assert!(fields.is_empty(), "{good:?}: {fields:?}");
        }
    }
}
