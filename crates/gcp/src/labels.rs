//! Labels as Google writes them: an object of text, left out when there are none.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::fmt;
use tagledger_model::{RawTag, Text};

/// What stands where labels are expected. Null and `{}` are bare, and so is absence, because proto3 JSON leaves empty maps out; but a member of
/// another shape that merely bears the name (metrics describe their labels in a list) is no label set.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Labels(pub Option<Vec<RawTag>>);

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Labels;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of labels")
            }
            fn visit_unit<E>(self) -> Result<Labels, E> {
                Ok(Labels(None))
            }
            fn visit_str<E>(self, _: &str) -> Result<Labels, E> {
                Ok(Labels(None))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Labels, E> {
                Ok(Labels(None))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Labels, E> {
                Ok(Labels(None))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Labels, E> {
                Ok(Labels(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Labels, E> {
                Ok(Labels(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Labels, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Labels(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
                let mut labels = Vec::new();
                while let Some((key, Word(value))) = map.next_entry::<Text, Word>()? {
                    labels.push(RawTag::own(key, value.unwrap_or_default()));
                }
                Ok(Labels(Some(labels)))
            }
        }
        d.deserialize_any(Members)
    }
}

/// Text; whole numbers become text, because some services write project numbers so; none for anything else.
#[derive(Debug, Default)]
pub(crate) struct Word(pub Option<Text>);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Word;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            fn visit_str<E>(self, v: &str) -> Result<Word, E> {
                Ok(Word(Some(Text::new(v))))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Word, E> {
                Ok(Word(Some(v.to_string().into())))
            }
            fn visit_unit<E>(self) -> Result<Word, E> {
                Ok(Word(None))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Word, E> {
                Ok(Word(None))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Word, E> {
                Ok(Word(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Word, E> {
                Ok(Word(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Word, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Word(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Word, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Word(None))
            }
        }
        d.deserialize_any(Any)
    }
}
