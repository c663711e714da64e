//! Tags as Azure writes them: an object, null, or nothing at all.

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use std::fmt;
use tagledger_model::{RawTag, Text};

/// The `tags` member. Null and `{}` are bare; whether absence is, depends on the call.
#[derive(Debug, Default, PartialEq)]
pub(crate) enum Tags {
    #[default]
    Absent,
    /// Order and duplicates kept.
    Known(Vec<RawTag>),
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Tags;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tags, or null")
            }
            fn visit_unit<E>(self) -> Result<Tags, E> {
                Ok(Tags::Known(Vec::new()))
            }
            /// What a query with `tostring(tags)` answers: the object as text.
            fn visit_str<E: Error>(self, text: &str) -> Result<Tags, E> {
                if text.is_empty() { self.visit_unit() } else { serde_json::from_str(text).map_err(|_| E::custom("this text holds no object of tags")) }
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tags, A::Error> {
                let mut tags = Vec::new();
                while let Some((key, Scalar(value))) = map.next_entry::<Text, Scalar>()? {
                    tags.push(RawTag::own(key, value));
                }
                Ok(Tags::Known(tags))
            }
        }
        d.deserialize_any(Members)
    }
}

/// A tag's value: text, and whatever a hand-made query turned it into. Null is the empty text.
struct Scalar(Text);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the text of a tag")
            }
            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar(Text::default()))
            }
            fn visit_str<E>(self, v: &str) -> Result<Scalar, E> {
                Ok(Scalar(Text::new(v)))
            }
            fn visit_bool<E>(self, v: bool) -> Result<Scalar, E> {
                Ok(Scalar(Text::const_new(if v { "true" } else { "false" })))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string().into()))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string().into()))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Scalar, E> {
                Ok(Scalar(v.to_string().into()))
            }
        }
        d.deserialize_any(Any)
    }
}
