//! Points in time and months, in UTC.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset, format_description::well_known::Rfc3339};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

fn number(bytes: &[u8]) -> Option<i32> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i32::from(b - b'0')))
}

fn date(text: &[u8]) -> Option<Date> {
    let (year, month, day) = match text {
        // 2026-11-22, 11/22/2026 and 1/2/2026, the two orders that bills and exports use.
        [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => (number(y)?, number(&[*m1, *m2])?, number(&[*d1, *d2])?),
        _ => {
            let mut parts = text.split(|b| *b == b'/');
            let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
            if month.len() > 2 || day.len() > 2 || year.len() != 4 || parts.next().is_some() {
                return None;
            }
            (number(year)?, number(month)?, number(day)?)
        }
    };
    let month = time::Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()
}

fn offset(text: &[u8]) -> Option<UtcOffset> {
    let (sign, digits): (i32, Vec<u8>) = match text {
        [] | [b'Z' | b'z'] | b" UTC" => return Some(UtcOffset::UTC),
        [b'+', rest @ ..] => (1, rest.iter().copied().filter(|b| *b != b':').collect()),
        [b'-', rest @ ..] => (-1, rest.iter().copied().filter(|b| *b != b':').collect()),
        _ => return None,
    };
    let (hours, minutes) = match digits[..] {
        [a, b] => (number(&[a, b])?, 0),
        [a, b, c, d] => (number(&[a, b])?, number(&[c, d])?),
        _ => return None,
    };
    UtcOffset::from_whole_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// `12:05:00`, `1:05`: hours of half a day.
fn half_day(clock: &[u8], is_afternoon: bool) -> Option<Time> {
    let mut parts = clock.split(|b| *b == b':').map(|part| number(part).filter(|_| part.len() <= 2).and_then(|n| u8::try_from(n).ok()));
    let hour = parts.next()?.filter(|hour| (1..=12).contains(hour))?;
    let (minute, second) = (parts.next()??, parts.next().unwrap_or(Some(0))?);
    parts.next().is_none().then(|| Time::from_hms(hour % 12 + if is_afternoon { 12 } else { 0 }, minute, second).ok())?
}

impl Timestamp {
    /// Reads RFC 3339 and what bills and exports write instead: a blank for the `T`, no zone (UTC is meant), a date
    /// alone, `MM/DD/YYYY` and `M/D/YYYY`, `1:05:00 PM`, any number of digits of a fraction (cut off). None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().as_bytes();
        let end = text.iter().position(|b| matches!(b, b'T' | b't' | b' ')).unwrap_or(text.len());
        let (day, rest) = (date(&text[..end])?, &text[end..]);
        // `9/1/2026 0:00`, as spreadsheets have it.
        let padded = match rest {
            [b' ', hour, b':', tail @ ..] if !matches!(tail, [.., b'M' | b'm']) => [b" 0", std::slice::from_ref(hour), b":", tail].concat(),
            _ => Vec::new(),
        };
        let rest = if padded.is_empty() { rest } else { padded.as_slice() };
        let (clock, zone) = match rest {
            [] => (Time::MIDNIGHT, UtcOffset::UTC),
            [b' ', clock @ .., b' ', half @ (b'A' | b'a' | b'P' | b'p'), b'M' | b'm'] => (half_day(clock, half.eq_ignore_ascii_case(&b'P'))?, UtcOffset::UTC),
            [b'T' | b't' | b' ', h1, h2, b':', m1, m2, tail @ ..] => {
                let (second, tail) = match tail {
                    [b':', s1, s2, tail @ ..] => (number(&[*s1, *s2])?, tail),
                    tail => (0, tail),
                };
                let fraction = match tail {
                    [b'.', digits @ ..] => 1 + digits.iter().take_while(|b| b.is_ascii_digit()).count(),
                    _ => 0,
                };
                let part = |n: i32| u8::try_from(n).ok();
                let clock = Time::from_hms(part(number(&[*h1, *h2])?)?, part(number(&[*m1, *m2])?)?, part(second)?).ok()?;
                (clock, offset(&tail[fraction..])?)
            }
            _ => return None,
        };
        Some(Self(PrimitiveDateTime::new(day, clock).assume_offset(zone).unix_timestamp()))
    }

    /// Now, by the system's clock. Only the program's edge calls this; everything else takes the time as an argument.
    pub fn now() -> Self {
        Self(OffsetDateTime::now_utc().unix_timestamp())
    }

    /// The month it lies in.
    pub fn month(self) -> Month {
        self.date().map_or(Month(0), |d| Month(d.year() * 12 + i32::from(u8::from(d.month())) - 1))
    }

    fn date(self) -> Option<Date> {
        OffsetDateTime::from_unix_timestamp(self.0).ok().map(OffsetDateTime::date)
    }

    /// `YYYY-MM-DD`.
    pub fn day(self) -> String {
        self.date().map_or_else(String::new, |d| format!("{:04}-{:02}-{:02}", d.year(), u8::from(d.month()), d.day()))
    }

    /// Whole days since 1970-01-01, downwards.
    pub fn days(self) -> i64 {
        self.0.div_euclid(86_400)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp(self.0).ok().and_then(|t| t.format(&Rfc3339).ok());
        f.write_str(text.as_deref().unwrap_or("(out of range)"))
    }
}

/// A calendar month, UTC: months since year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(pub i32);

impl Month {
    /// Reads `YYYY-MM`.
    pub fn parse(text: &str) -> Option<Self> {
        let [y @ .., b'-', m1, m2] = text.as_bytes() else { return None };
        let (year, month) = (number(y).filter(|_| y.len() == 4)?, number(&[*m1, *m2])?);
        (1..=12).contains(&month).then_some(Self(year * 12 + month - 1))
    }

    /// Its first second.
    pub fn start(self) -> Timestamp {
        Timestamp::parse(&format!("{self}-01")).unwrap_or(Timestamp(0))
    }

    /// The month after.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no month of the form YYYY-MM")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_one_moment_reads_alike() {
        let moment = Timestamp(1_727_740_800); // 2024-10-01T00:00:00Z
        for text in [
            "2024-10-01T00:00:00Z",
            "2024-10-01 00:00:00",
            "2024-10-01",
            "10/01/2024",
            "10/1/2024",
            "10/1/2024 00:00",
            "2024-10-01T02:00:00+02:00",
            "2024-10-01T00:00:00.000123Z",
            "2024-10-01T00:00Z",
            "2024-10-01 00:00:00 UTC",
            "10/1/2024 12:00:00 AM",
            "10/1/2024 12:00 am",
            "10/1/2024 0:00",
            "10/1/2024 0:00:00",
        ] {
            assert_eq!(Timestamp::parse(text), Some(moment), "{text}");
        }
        for (text, hours) in [("10/1/2024 1:00:00 AM", 1), ("10/1/2024 12:00 PM", 12), ("10/01/2024 11:00:00 PM", 23)] {
            assert_eq!(Timestamp::parse(text), Some(Timestamp(moment.0 + hours * 3600)), "{text}");
        }
        assert_eq!(moment.to_string(), "2024-10-01T00:00:00Z");
        assert_eq!(moment.month().to_string(), "2024-10");
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "NULL",
            "2024-13-01",
            "2024-10-1",
            "20241001",
            "2024-10-01T25:00:00Z",
            "2024-10-01X",
            "é024-10-01",
            "2024-10-01T00:00:00+",
            "10/1/24",
            "/1/2024",
            "10//2024",
            "010/1/2024",
            "10/1/2024/",
            "10/1/2024 0:00 AM",
            "10/1/2024 13:00:00 PM",
            "10/1/2024 AM",
            "10/1/2024 1:00:00:00 PM",
            "10/1/2024 1:001 PM",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        assert_eq!(Month::parse("2024-00"), None);
    }
}
