//! One row of an inventory, whether it comes as an object or as a list of cells under named columns.

use crate::tags::Tags;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;
use std::fmt;
use tagledger_model::{Text, Timestamp};

/// What is kept of a row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    pub id: Text,
    pub name: Option<Text>,
    pub kind: Option<Text>,
    pub location: Option<Text>,
    pub subscription: Option<Text>,
    pub tags: Tags,
    pub created: Option<Timestamp>,
    pub changed: Option<Timestamp>,
    pub properties: Properties,
    pub proof: Proof,
}

/// What a query of ours asked beside the columns that every row has: see `live/graph/proofs.rs`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Proof {
    /// What uses the resource, in the form that its kind has for it.
    pub user: Option<Text>,
    /// What it uses: ids, parted by commas.
    pub uses: Option<Text>,
    /// `managedBy`: what a disk hangs on.
    pub managed_by: Option<Text>,
    /// A machine's power state.
    pub power: Option<Text>,
    /// Days that it keeps what is written to it.
    pub retention: Option<Text>,
    /// The id of what it was made from.
    pub source: Option<Text>,
    /// When it ends by itself.
    pub ends: Option<Text>,
}

/// The members and columns that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Column {
    Id,
    Name,
    Type,
    Location,
    SubscriptionId,
    Tags,
    CreatedTime,
    ChangedTime,
    Properties,
    ManagedBy,
    FactUser,
    FactUses,
    FactPower,
    FactRetention,
    FactSource,
    FactEnds,
    #[serde(other)]
    Other,
}

/// Where the next value of a row comes from.
trait Cells<'de> {
    type Error: Error;
    fn cell<T: Deserialize<'de>>(&mut self) -> Result<T, Self::Error>;
}

struct OfMap<'m, A>(&'m mut A);

impl<'de, A: MapAccess<'de>> Cells<'de> for OfMap<'_, A> {
    type Error = A::Error;
    fn cell<T: Deserialize<'de>>(&mut self) -> Result<T, A::Error> {
        self.0.next_value()
    }
}

struct OfSeq<'s, A>(&'s mut A);

impl<'de, A: SeqAccess<'de>> Cells<'de> for OfSeq<'_, A> {
    type Error = A::Error;
    fn cell<T: Deserialize<'de>>(&mut self) -> Result<T, A::Error> {
        self.0.next_element()?.ok_or_else(|| A::Error::custom("this row has fewer cells than there are columns"))
    }
}

impl Row {
    fn fill<'de, C: Cells<'de>>(&mut self, column: Column, cells: &mut C) -> Result<(), C::Error> {
        match column {
            Column::Id => self.id = cells.cell::<Word>()?.0.unwrap_or_default(),
            Column::Name => self.name = cells.cell::<Word>()?.0,
            Column::Type => self.kind = cells.cell::<Word>()?.0,
            Column::Location => self.location = cells.cell::<Word>()?.0,
            Column::SubscriptionId => self.subscription = cells.cell::<Word>()?.0,
            Column::Tags => self.tags = cells.cell()?,
            Column::CreatedTime => self.created = cells.cell::<Word>()?.time(),
            Column::ChangedTime => self.changed = cells.cell::<Word>()?.time(),
            Column::Properties => self.properties = cells.cell()?,
            Column::ManagedBy => self.proof.managed_by = cells.cell::<Word>()?.filled(),
            Column::FactUser => self.proof.user = cells.cell::<Word>()?.0,
            Column::FactUses => self.proof.uses = cells.cell::<Word>()?.filled(),
            Column::FactPower => self.proof.power = cells.cell::<Word>()?.filled(),
            Column::FactRetention => self.proof.retention = cells.cell::<Word>()?.filled(),
            Column::FactSource => self.proof.source = cells.cell::<Word>()?.filled(),
            Column::FactEnds => self.proof.ends = cells.cell::<Word>()?.filled(),
            Column::Other => drop(cells.cell::<IgnoredAny>()?),
        }
        Ok(())
    }

    fn checked<E: Error>(self) -> Result<Self, E> {
        if self.id.is_empty() {
            Err(E::custom("this row has no `id`; export again with a query that keeps the columns id, name, type, location and tags"))
        } else {
            Ok(self)
        }
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Row;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object that describes a resource")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
                let mut row = Row::default();
                while let Some(column) = map.next_key::<Column>()? {
                    row.fill(column, &mut OfMap(&mut map))?;
                }
                row.checked()
            }
        }
        d.deserialize_map(Members)
    }
}

/// Rows in the table format of Resource Graph: `{"columns": [{"name", "type"}], "rows": [[…]]}`.
#[derive(Debug)]
pub(crate) struct Table(pub Vec<Row>);

#[derive(Deserialize)]
struct Head {
    name: Column,
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Table;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table with `columns` and `rows`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Table, A::Error> {
                let (mut columns, mut rows) = (Vec::new(), Vec::new());
                while let Some(key) = map.next_key::<Text>()? {
                    match key.as_str() {
                        "columns" => columns = map.next_value::<Vec<Head>>()?.into_iter().map(|head| head.name).collect(),
                        "rows" => rows = map.next_value_seed(Rows(&columns))?,
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(Table(rows))
            }
        }
        d.deserialize_map(Members)
    }
}

struct Rows<'c>(&'c [Column]);

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = Vec<Row>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Vec<Row>, D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = Vec<Row>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Row>, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = seq.next_element_seed(OneRow(self.0))? {
            rows.push(row);
        }
        Ok(rows)
    }
}

struct OneRow<'c>(&'c [Column]);

impl<'de> DeserializeSeed<'de> for OneRow<'_> {
    type Value = Row;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Row, D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for OneRow<'_> {
    type Value = Row;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row of cells")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Row, A::Error> {
        let mut row = Row::default();
        for column in self.0 {
            row.fill(*column, &mut OfSeq(&mut seq))?;
        }
        row.checked()
    }
}

/// Text, or none for anything that is not: null, numbers and whatever a hand-made query put under a known name.
#[derive(Debug, Default)]
pub(crate) struct Word(pub Option<Text>);

impl Word {
    fn filled(self) -> Option<Text> {
        self.0.filter(|text| !text.is_empty())
    }

    fn time(&self) -> Option<Timestamp> {
        self.0.as_deref().and_then(Timestamp::parse)
    }
}

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
            fn visit_unit<E>(self) -> Result<Word, E> {
                Ok(Word(None))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Word, E> {
                Ok(Word(None))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Word, E> {
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

/// The few of the provider's own properties that are read. Every type fills them differently, so that nothing in them is an error.
#[derive(Debug, Default)]
pub(crate) struct Properties {
    /// Of a subscription: Enabled, Warned, PastDue, Disabled, Deleted.
    pub state: Option<Text>,
    /// Of a subscription: management groups from the nearest to the root, id and display name.
    pub chain: Vec<(Text, Option<Text>)>,
    pub created: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Property {
    State,
    ManagementGroupAncestorsChain,
    TimeCreated,
    CreationTime,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Properties;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of properties, or null")
            }
            fn visit_unit<E>(self) -> Result<Properties, E> {
                Ok(Properties::default())
            }
            fn visit_str<E>(self, _: &str) -> Result<Properties, E> {
                Ok(Properties::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Properties, A::Error> {
                let mut properties = Properties::default();
                while let Some(property) = map.next_key::<Property>()? {
                    match property {
                        Property::State => properties.state = map.next_value::<Word>()?.0,
                        Property::ManagementGroupAncestorsChain => properties.chain = chain(&map.next_value()?),
                        Property::TimeCreated | Property::CreationTime => properties.created = map.next_value::<Word>()?.time(),
                        Property::Other => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(properties)
            }
        }
        d.deserialize_any(Members)
    }
}

/// Only subscriptions have one, so that a tree of JSON costs nothing here.
fn chain(value: &Value) -> Vec<(Text, Option<Text>)> {
    let text = |step: &Value, member: &str| step.get(member).and_then(Value::as_str).map(Text::new);
    value.as_array().into_iter().flatten().filter_map(|step| Some((text(step, "name")?, text(step, "displayName")))).collect()
}
