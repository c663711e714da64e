//! Days and months in UTC, computed from seconds since 1970 without a clock.

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// Year, month (1–12) and day of the month of a number of days since 1970-01-01 (the civil calendar's usual arithmetic over eras of 400 years).
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days since 1970-01-01 of a date.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

/// `YYYY-MM-DD`.
pub fn date(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02}")
}

/// `HH:MM:SS`.
pub fn clock(seconds: i64) -> String {
    let s = seconds.rem_euclid(DAY);
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// RFC 3339 in UTC: `2026-10-01T00:00:00Z`.
pub fn rfc3339(seconds: i64) -> String {
    format!("{}T{}Z", date(seconds), clock(seconds))
}

/// With a blank and no zone, as several bills write it: `2026-10-01 00:00:00`.
pub fn blank(seconds: i64) -> String {
    format!("{} {}", date(seconds), clock(seconds))
}

/// Reads `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`; none for anything else.
pub fn parse(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let day = days(number(0, 4)?, number(5, 7)?, number(8, 10)?) * DAY;
    match text.len() {
        10 => Some(day),
        20 if text.ends_with('Z') => Some(day + number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?),
        _ => None,
    }
}

/// A calendar month: months since year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(pub i64);

impl Month {
    /// The month that a moment lies in.
    pub fn of(seconds: i64) -> Self {
        let (year, month, _) = civil(seconds.div_euclid(DAY));
        Self(year * 12 + month - 1)
    }

    /// Its first second.
    pub fn start(self) -> i64 {
        days(self.0.div_euclid(12), self.0.rem_euclid(12) + 1, 1) * DAY
    }

    /// The first second of the next month.
    pub fn end(self) -> i64 {
        Self(self.0 + 1).start()
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_both_ways() {
        for day in (-200_000..200_000).step_by(37) {
            let (y, m, d) = civil(day);
            assert_eq!(days(y, m, d), day);
        }
        assert_eq!(rfc3339(1_727_740_800), "2024-10-01T00:00:00Z");
        assert_eq!(parse("2024-10-01T00:00:00Z"), Some(1_727_740_800));
        assert_eq!(parse("2024-10-01"), Some(1_727_740_800));
        assert_eq!(parse("yesterday"), None);
        let month = Month::of(1_727_740_800);
        assert_eq!((month.to_string().as_str(), month.end() - month.start()), ("2024-10", 31 * DAY));
    }
}
