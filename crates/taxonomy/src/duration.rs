//! Durations (`24h`) and days (`2027-03-31`) as taxonomy.yaml, its side files and lifetime tags write them.

use tagledger_model::Timestamp;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// Seconds of a duration: a whole number and one unit of `s`, `m`, `h`, `d`, `w`. None for anything else, and for
/// what does not fit.
pub fn duration_seconds(text: &str) -> Option<i64> {
    let unit = match text.bytes().last()? {
        b's' => 1,
        b'm' => 60,
        b'h' => 3_600,
        b'd' => DAY,
        b'w' => 7 * DAY,
        _ => return None,
    };
    let count = &text[..text.len() - 1];
    // `parse` alone would let a sign through.
    if !count.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    count.parse::<i64>().ok()?.checked_mul(unit)
}

/// The first moment (UTC) of a day written `YYYY-MM-DD`. None for any other spelling and for days that do not exist.
pub fn day_start(text: &str) -> Option<Timestamp> {
    let iso = text.len() == 10 && text.as_bytes()[4] == b'-';
    Timestamp::parse(text).filter(|_| iso)
}

/// The first moment after a day written `YYYY-MM-DD`.
pub fn day_end(text: &str) -> Option<Timestamp> {
    day_start(text).map(|start| Timestamp(start.0 + DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_counts() {
        for (text, seconds) in [("30s", 30), ("15m", 900), ("24h", 86_400), ("7d", 604_800), ("4w", 2_419_200), ("0s", 0)] {
            assert_eq!(duration_seconds(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_none() {
        for text in ["", "7", "d", "-7d", "+7d", "7 d", "7D", "1.5h", "1h30m", "7é", "99999999999999999w"] {
            assert_eq!(duration_seconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_has_one_spelling() {
        assert_eq!(day_start("2027-03-31").map(|t| t.to_string()).as_deref(), Some("2027-03-31T00:00:00Z"));
        assert_eq!(day_end("2027-03-31").map(|t| t.to_string()).as_deref(), Some("2027-04-01T00:00:00Z"));
        for text in ["03/31/2027", "2027-02-30", "2027-3-1", "2027-03-31T00:00:00Z", "soon", ""] {
            assert_eq!(day_start(text), None, "{text}");
        }
    }
}
