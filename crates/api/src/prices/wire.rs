//! Prices as JSON: a member for each class that is said. By hand, because what serde derives for two dozen alike members takes the
//! console a multiple of this.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{PriceTier, Pricing};
use crate::bill::PriceClass;

const ABOVE: &str = "above_input_tokens";
const TIERS: &str = "tiers";

impl Serialize for Pricing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for class in PriceClass::ALL {
            // What is free for itself is left out.
            let silent = matches!(class, PriceClass::Request | PriceClass::Image);
            if let Some(nusd) = self.own(*class).filter(|nusd| !(silent && *nusd == 0)) {
                map.serialize_entry(class.field(), &nusd)?;
            }
        }
        if !self.tiers.is_empty() {
            map.serialize_entry(TIERS, &self.tiers)?;
        }
        map.end()
    }
}

impl Serialize for PriceTier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(ABOVE, &self.above_input_tokens)?;
        for class in PriceClass::ALL {
            if let Some(nusd) = self.own(*class) {
                map.serialize_entry(class.field(), &nusd)?;
            }
        }
        map.end()
    }
}

/// What an object of prices says, of either kind.
#[derive(Default)]
struct Said {
    prices: [Option<i64>; PriceClass::ALL.len()],
    above: Option<i64>,
    tiers: Option<Vec<PriceTier>>,
}

impl Said {
    fn of(&self, class: PriceClass) -> Option<i64> {
        PriceClass::ALL.iter().zip(self.prices).find(|(one, _)| **one == class)?.1
    }
}

/// A member that nobody knows: reading it fails, so that the fault names its place.
struct Unknown;

impl<'de> Deserialize<'de> for Unknown {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("unknown field"))
    }
}

/// Reads an object; of a whole price if `whole`, else of a tier.
struct Object {
    whole: bool,
}

impl<'de> Visitor<'de> for Object {
    type Value = Said;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of prices")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Said, A::Error> {
        let mut said = Said::default();
        while let Some(name) = map.next_key::<String>()? {
            let own = |class: &PriceClass| self.whole || !matches!(class, PriceClass::Request | PriceClass::Image);
            let class = PriceClass::ALL.iter().position(|class| own(class) && class.field() == name);
            let twice = match (class, name.as_str()) {
                (Some(at), _) => said.prices[at].is_some(),
                (None, ABOVE) if !self.whole => said.above.is_some(),
                (None, TIERS) if self.whole => said.tiers.is_some(),
                (None, _) => map.next_value::<Unknown>().map(|Unknown| false)?,
            };
            if twice {
                return Err(A::Error::custom("duplicate field"));
            }
            match class {
                Some(at) => said.prices[at] = map.next_value()?,
                None if self.whole => said.tiers = Some(map.next_value()?),
                None => said.above = Some(map.next_value()?),
            }
        }
        Ok(said)
    }
}

impl<'de> Deserialize<'de> for Pricing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let said = deserializer.deserialize_map(Object { whole: true })?;
        // Neither is free by being left out.
        for class in [PriceClass::Input, PriceClass::Output] {
            if said.of(class).is_none() {
                return Err(D::Error::missing_field(class.field()));
            }
        }
        let mut pricing = Self::default();
        for (class, nusd) in PriceClass::ALL.iter().zip(said.prices) {
            if let Some(nusd) = nusd {
                pricing.set(*class, nusd);
            }
        }
        pricing.tiers = said.tiers.unwrap_or_default();
        Ok(pricing)
    }
}

impl<'de> Deserialize<'de> for PriceTier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let said = deserializer.deserialize_map(Object { whole: false })?;
        let above_input_tokens = said.above.ok_or_else(|| D::Error::missing_field(ABOVE))?;
        let mut tier = Self { above_input_tokens, ..Self::default() };
        for (class, nusd) in PriceClass::ALL.iter().zip(said.prices) {
            if let Some(nusd) = nusd {
                tier.set(*class, nusd);
            }
        }
        Ok(tier)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prices_are_read_as_they_are_written() {
        let tier = PriceTier {
            above_input_tokens: 5,
            input_nusd_per_mtok: Some(0),
            output_audio_nusd_per_mtok: Some(4),
            ..PriceTier::default()
        };
        let pricing = Pricing {
            input_nusd_per_mtok: 1,
            output_nusd_per_mtok: 0,
            cache_write_1h_nusd_per_mtok: Some(0),
            reasoning_nusd_per_mtok: Some(3),
            per_image_nusd: 2,
            tiers: vec![tier],
            ..Pricing::default()
        };
        let written = serde_json::to_value(&pricing).unwrap();
        let expected = json!({"input_nusd_per_mtok": 1, "output_nusd_per_mtok": 0, "cache_write_1h_nusd_per_mtok": 0,
            "reasoning_nusd_per_mtok": 3, "per_image_nusd": 2,
            "tiers": [{"above_input_tokens": 5, "input_nusd_per_mtok": 0, "output_audio_nusd_per_mtok": 4}]});
        assert_eq!(written, expected);
        assert_eq!(serde_json::from_value::<Pricing>(written).unwrap(), pricing);
        let said = json!({"input_nusd_per_mtok": 1, "output_nusd_per_mtok": 0, "cache_read_nusd_per_mtok": null});
        assert_eq!(serde_json::from_value::<Pricing>(said).unwrap().cache_read_nusd_per_mtok, None);
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for text in [
            r#"{"input_nusd_per_mtok":1}"#,
            r#"{"input_nusd_per_mtok":null,"output_nusd_per_mtok":1}"#,
            r#"{"input_nusd_per_mtok":1,"output_nusd_per_mtok":1.5}"#,
            r#"{"input_nusd_per_mtok":1,"output_nusd_per_mtok":1,"input_nusd_per_mtok":2}"#,
            r#"{"input_nusd_per_mtok":1,"output_nusd_per_mtok":1,"colour":2}"#,
            r#"{"input_nusd_per_mtok":1,"output_nusd_per_mtok":1,"above_input_tokens":2}"#,
            r#"{"input_nusd_per_mtok":1,"output_nusd_per_mtok":1,"tiers":[{"input_nusd_per_mtok":2}]}"#,
            r#"{"input_nusd_per_mtok":1,"output_nusd_per_mtok":1,"tiers":[{"above_input_tokens":2,"per_request_nusd":2}]}"#,
        ] {
            assert!(serde_json::from_str::<Pricing>(text).is_err(), "{text}");
        }
    }
}
