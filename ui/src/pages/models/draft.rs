//! A model as a form holds it, and what of it goes to the server.

use api::{
    Fields, Time, Validate,
    models::{Capability, Model, ModelKind, ModelPatch, NewModel},
    prices::{NewPrice, PriceSource, Pricing},
};

use super::price::{BOTH_NEEDED, PriceDraft};
use crate::{parts::form::NOT_A_NUMBER, range::moment, web};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    /// As the catalogue has it if empty, as with the following ones.
    pub(crate) owner: String,
    pub(crate) kind: Option<ModelKind>,
    pub(crate) capabilities: Option<Vec<Capability>>,
    pub(crate) context: String,
    pub(crate) max_output: String,
    pub(crate) price: PriceDraft,
}

impl Draft {
    pub(crate) fn of(model: &Model) -> Self {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        Self {
            name: model.name.clone(),
            aliases: model.aliases.clone(),
            owner: model.own.owner.clone().unwrap_or_default(),
            kind: model.own.kind,
            capabilities: model.own.capabilities.clone(),
            context: number(model.own.context),
            max_output: number(model.own.max_output),
            price: (model.pricing.as_ref())
                .filter(|_| model.price_source == Some(PriceSource::User))
                .map(PriceDraft::of)
                .unwrap_or_default(),
        }
    }

    /// # Errors
    ///
    /// What is wrong, by field.
    pub(crate) fn create(&self) -> Result<NewModel, Fields> {
        let mut fields = Fields::new();
        let new = NewModel {
            name: self.name.trim().to_owned(),
            aliases: self.aliases.clone(),
            owner: self.owner(),
            kind: self.kind,
            capabilities: self.capabilities.clone(),
            context: number(&mut fields, "context", &self.context),
            max_output: number(&mut fields, "max_output", &self.max_output),
            pricing: self.price.read(&mut fields),
        };
        check(&new, &mut fields);
        if fields.is_empty() { Ok(new) } else { Err(fields) }
    }

    /// What differs from `before`, which the form began with.
    ///
    /// # Errors
    ///
    /// What is wrong, by field.
    pub(crate) fn patch(&self, before: &Self) -> Result<(ModelPatch, Option<NewPrice>), Fields> {
        let mut fields = Fields::new();
        let context = number(&mut fields, "context", &self.context);
        let max_output = number(&mut fields, "max_output", &self.max_output);
        let pricing = self.price.read(&mut fields);
        let later = self.later(pricing.as_ref(), &mut fields);
        let patch = ModelPatch {
            status: None,
            aliases: (self.aliases != before.aliases).then(|| self.aliases.clone()),
            owner: (self.owner() != before.owner()).then(|| self.owner()),
            kind: (self.kind != before.kind).then_some(self.kind),
            capabilities: (self.capabilities != before.capabilities).then(|| self.capabilities.clone()),
            context: (self.context.trim() != before.context).then_some(context),
            max_output: (self.max_output.trim() != before.max_output).then_some(max_output),
            pricing: (self.price != before.price && later.is_none()).then_some(pricing),
        };
        check(&patch, &mut fields);
        if let Some(later) = &later {
            check(later, &mut fields);
        }
        if fields.is_empty() { Ok((patch, later)) } else { Err(fields) }
    }

    /// The price that is to hold from another moment on.
    fn later(&self, pricing: Option<&Pricing>, fields: &mut Fields) -> Option<NewPrice> {
        if self.price.valid_from.is_empty() {
            return None;
        }
        let moment = moment(&self.price.valid_from, web::utc_offset).map(Time::from_millis);
        if pricing.is_none() {
            fields.insert("valid_from".to_owned(), BOTH_NEEDED.to_owned());
        }
        Some(NewPrice { pricing: pricing.cloned()?, valid_from: Some(moment?) })
    }

    fn owner(&self) -> Option<String> {
        Some(self.owner.trim().to_owned()).filter(|owner| !owner.is_empty())
    }
}

/// What the form itself found says more.
fn check(request: &impl Validate, fields: &mut Fields) {
    let mut found = Fields::new();
    request.check(&mut found);
    for (field, fault) in found {
        fields.entry(field).or_insert(fault);
    }
}

/// People write thousands with commas and spaces.
fn number(fields: &mut Fields, field: &str, text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '_')).collect();
    if digits.is_empty() {
        return None;
    }
    let number = digits.parse().ok();
    if number.is_none() {
        fields.insert(field.to_owned(), NOT_A_NUMBER.to_owned());
    }
    number
}

#[cfg(test)]
mod tests {
    use super::{super::view::tests::model, *};

    #[test]
    fn an_untouched_form_changes_nothing() {
        let draft = Draft::of(&model("m"));
        assert_eq!(serde_json::to_value(draft.patch(&draft).unwrap().0).unwrap(), serde_json::json!({}));
    }

    #[test]
    fn what_is_emptied_goes_back_to_the_catalogue() {
        let before = Draft { owner: "Us".to_owned(), context: "8192".to_owned(), ..Draft::of(&model("m")) };
        let draft = Draft { context: "128,000".to_owned(), owner: " ".to_owned(), ..before.clone() };
        let patch = serde_json::to_value(draft.patch(&before).unwrap().0).unwrap();
        assert_eq!(patch, serde_json::json!({"owner": null, "context": 128_000}));
    }

    #[test]
    fn every_fault_is_named_before_anything_is_sent() {
        let draft = Draft { context: "many".to_owned(), max_output: "0".to_owned(), ..Draft::default() };
        assert_eq!(draft.create().unwrap_err().keys().collect::<Vec<_>>(), ["context", "max_output", "name"]);
    }
}
