//! A synthetic report, rich and hostile, of any number of findings; the same for the same number.

use tagledger_model::{Amount, CloudId, Evidence, Finding, Fingerprint, Level, Money, Place, Suggestion, Text, Verdict, Waived};
use tagledger_report::trend::{Point, SpendPoint};
use tagledger_report::{
    BasisRow, Changes, CloudCounts, Compliance, CostCell, Costs, CoverageRow, CubeRow, CurrencyTotal, Each, EnvironmentRow, Exit, InventoryCounts, KeyCell,
    KeyInfo, MeasureTotal, MoneyRow, ResourceRow, Rows, RuleSummary, SCHEMA_VERSION, Seen, StateCells, Summary,
};

/// Text as an attacker with an account would write it.
pub const HOSTILE: [&str; 8] = [
    "</script><script>document.title='owned'</script>",
    "\"><img src=x onerror=document.title='owned'>",
    "=cmd|' /C calc'!A0",
    "\u{1b}[2J\u{1b}[31mred\u{7}",
    "invoice\u{202e}fdp.exe",
    "two\r\nlines\tand a tab",
    "{{ 7 * 7 }} ${7*7} <!--",
    "\u{2028}\u{2029}&amp;\u{0}é東京",
];

const ENVIRONMENTS: [(&str, u64); 7] =
    [("production", 60), ("staging", 12), ("development", 11), ("integration", 6), ("test", 5), ("recovery", 4), ("demo", 2)];
const APPLICATIONS: [&str; 18] = [
    "checkout",
    "search",
    "payments",
    "catalogue",
    "identity",
    "data-platform",
    "media",
    "mail",
    "warehouse",
    "pricing",
    "reviews",
    "chat",
    "maps",
    "ads",
    "newsletter",
    "intranet",
    "wiki",
    "legacy-crm",
];
const OWNERS: [&str; 4] = ["linda.berger@example.com", "jane.doe@example.com", "mei.tanaka@example.com", "ops@example.com"];
const MONTHS: [&str; 4] = ["2026-08", "2026-09", "2026-10", "2026-11"];
const RULES: [(&str, &str, &str, Level); 8] = [
    ("missing-required-key", "untagged", "A required key is not on the resource and no container lends it.", Level::Error),
    ("untagged", "untagged", "The resource carries no tag at all.", Level::Error),
    ("stage-mismatch", "mis-staged", "The resource's Environment is not the one its container is declared for.", Level::Error),
    ("unknown-value", "untagged", "The value is none that the taxonomy knows.", Level::Warn),
    ("empty-value", "untagged", "The key is there and its value is empty.", Level::Warn),
    ("nonstandard-key", "untagged", "The key is an alias or wrongly spelt.", Level::Info),
    ("expired", "orphaned", "The resource has outlived its own date.", Level::Warn),
    ("waiver-unused", "housekeeping", "A waiver covers nothing.", Level::Info),
];

/// The report's long lists, held in memory.
pub struct Lists {
    pub findings: Vec<Finding>,
    pub resources: Vec<ResourceRow>,
    pub cube: Vec<CubeRow>,
}

impl Rows for Lists {
    fn findings(&self, each: &mut Each<'_, Finding>) -> std::io::Result<()> {
        self.findings.iter().try_for_each(each)
    }

    fn finding_count(&self) -> u64 {
        self.findings.len() as u64
    }

    fn resources(&self, each: &mut Each<'_, ResourceRow>) -> std::io::Result<()> {
        self.resources.iter().try_for_each(each)
    }

    fn cube(&self, each: &mut Each<'_, CubeRow>) -> std::io::Result<()> {
        self.cube.iter().try_for_each(each)
    }
}

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap_or(0)]
    }
}

fn finding(n: u64, dice: &mut Dice, hostile: Option<&str>) -> Finding {
    let (rule, _, _, level) = RULES[usize::try_from(dice.roll(64).min(dice.roll(64)) / 8).unwrap_or(0)];
    let (cloud, scope, region, kind, resource) = match n % 3 {
        0 => ("aws", "111111111111", "eu-central-1", "ec2:instance", format!("arn:aws:ec2:eu-central-1:111111111111:instance/i-{:017x}", n * 7919)),
        1 => (
            "azure",
            "6a2f1d3c-0000-4000-8000-00000000000b",
            "westeurope",
            "microsoft.compute/disks",
            format!("/subscriptions/6a2f1d3c-0000-4000-8000-00000000000b/resourceGroups/rg-shop-prod/providers/Microsoft.Compute/disks/disk-{n:06}"),
        ),
        _ => (
            "gcp",
            "shop-prod",
            "europe-west3",
            "compute.googleapis.com/Disk",
            format!("//compute.googleapis.com/projects/shop-prod/zones/europe-west3-a/disks/disk-{n:06}"),
        ),
    };
    let key = dice.pick(&["Environment", "Application", "Owner", "CostCenter", "DataClass"]);
    let name = hostile.map_or_else(|| format!("{}-{n}", dice.pick(&APPLICATIONS)), str::to_owned);
    let verdict = if dice.roll(12) == 0 { Verdict::Undetermined } else { Verdict::Violated };
    let message = match rule {
        "missing-required-key" => format!("{key} is missing"),
        "untagged" => "carries no tag at all".to_owned(),
        "stage-mismatch" => "says development in a container for production".to_owned(),
        "unknown-value" => format!("{key} is `{}`, which the taxonomy does not know", hostile.unwrap_or("prodd")),
        "empty-value" => format!("{key} is empty"),
        "nonstandard-key" => format!("`{}` should be written {key}", key.to_lowercase()),
        "expired" => "ExpiresOn was 2026-09-30".to_owned(),
        _ => format!("the waiver for {key} covers nothing"),
    };
    let amount = Amount(i128::from(dice.roll(2000) * dice.roll(2000) * dice.roll(100)) * 73_000_001);
    let currency = if dice.roll(9) == 0 { "EUR" } else { "USD" };
    Finding {
        fingerprint: Fingerprint(Text::from(format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)))),
        rule: rule.into(),
        level,
        verdict,
        cloud: CloudId::new(cloud),
        scope: scope.into(),
        region: Some(region.into()),
        kind: kind.into(),
        resource: resource.into(),
        name: Some(name.as_str().into()),
        environment: (dice.roll(4) > 0).then(|| dice.pick(&ENVIRONMENTS).0.into()),
        application: (dice.roll(4) > 0).then(|| dice.pick(&APPLICATIONS).into()),
        owner: (dice.roll(3) > 0).then(|| dice.pick(&OWNERS).into()),
        key: Some(key.into()),
        message,
        evidence: Some(Evidence { field: key.to_lowercase(), value: hostile.map(str::to_owned) }),
        provenance: (rule == "stage-mismatch").then(|| "own tag".to_owned()),
        demanded_by: Some(Place { file: "taxonomy.yaml".into(), line: 12, column: 3 }),
        suggestion: Some(Suggestion::SetTag { key: key.into(), value: None }),
        money: if amount == Amount::ZERO { vec![] } else { vec![Money { currency: currency.into(), amount }] },
        waived: (dice.roll(15) == 0).then(|| Waived {
            reason: hostile.unwrap_or("moves with the old shop").into(),
            owner: "linda".into(),
            expires: "2027-03-31".into(),
        }),
        first_seen: (!n.is_multiple_of(3)).then(|| "2026-11-20T06:00:00Z".into()),
        age_known: n % 3 == 1,
    }
}

/// A report with this many findings, the first of them hostile if wanted.
pub fn sample(count: u64, hostile: bool) -> (Summary, Lists) {
    let mut dice = Dice(42);
    let texts: Vec<&str> = if hostile { HOSTILE.to_vec() } else { vec![] };
    let mut findings: Vec<Finding> = (0..count).map(|n| finding(n, &mut dice, texts.get(usize::try_from(n).unwrap_or(usize::MAX)).copied())).collect();
    let rank = |f: &Finding| (f.waived.is_some(), f.verdict, std::cmp::Reverse(f.level), std::cmp::Reverse(f.money.first().map(|m| m.amount)));
    findings.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.resource.cmp(&b.resource)));
    let resources = findings.iter().take(50).map(resource).collect();
    let summary = summary(&findings, hostile);
    let cube = summary.costs.iter().flat_map(|costs| &costs.cells).map(|cell| cube_row(cell, &mut dice)).collect();
    (summary, Lists { findings, resources, cube })
}

/// A cell of the cube behind a cell of the summary.
fn cube_row(cell: &CostCell, dice: &mut Dice) -> CubeRow {
    let owner = Some(dice.pick(&OWNERS)).filter(|_| dice.roll(4) > 0).map(Text::new);
    let why = |value: &Option<Text>| if value.is_some() { "row tag" } else { "unattributed: untagged" };
    let keys: Vec<Option<Text>> = cell.values.iter().map(|value| value.as_deref().map(Text::new)).chain([owner]).collect();
    let mut roll = Dice(cell.rows);
    CubeRow {
        month: cell.month.clone(),
        provider: roll.pick(&["Amazon Web Services", "Microsoft", "Google Cloud"]).into(),
        scope: "111111111111".into(),
        service: roll.pick(&["Compute", "Object storage", "Databases", "Network", "Queues", "Logs"]).into(),
        currency: cell.currency.as_str().into(),
        keys: keys.into_iter().map(|value| (value.clone(), why(&value).into())).collect(),
        amount: cell.amount.clone(),
        rows: cell.rows,
    }
}

fn resource(f: &Finding) -> ResourceRow {
    ResourceRow {
        cloud: f.cloud.as_str().into(),
        scope: f.scope.clone(),
        scope_name: Some("Shop, production".into()),
        region: f.region.clone(),
        kind: f.kind.clone(),
        id: f.resource.clone(),
        name: f.name.clone(),
        taggable: "yes",
        created: Some("2026-01-31T08:00:00Z".into()),
        stage: Some("production".into()),
        keys: (0..5).map(|_| KeyCell { value: f.environment.clone(), standing: "canonical", provenance: Some("own tag".into()) }).collect(),
        cost: f.money.iter().map(|m| MoneyRow { currency: m.currency.to_string(), amount: m.amount.to_string() }).collect(),
        sources: "aws.resource-explorer-2.search".into(),
        state: StateCells {
            attached: Some("no".into()),
            since: Some("2026-03-05T10:00:00Z".into()),
            made_from: Some(f.resource.clone()),
            proof: f.evidence.as_ref().and_then(|e| e.value.as_deref()).map(Text::new),
            ..StateCells::default()
        },
        has_only_blind_sources: f.cloud.as_str() == "aws",
        ..ResourceRow::default()
    }
}

fn at_stake(findings: &[Finding], rule: Option<&str>) -> Vec<MoneyRow> {
    ["USD", "EUR"]
        .iter()
        .filter_map(|currency| {
            let sum: Amount = findings
                .iter()
                .filter(|f| rule.is_none_or(|r| f.rule == r) && f.verdict == Verdict::Violated && f.waived.is_none())
                .flat_map(|f| &f.money)
                .filter(|m| m.currency == *currency)
                .map(|m| m.amount)
                .sum();
            (sum > Amount::ZERO).then(|| MoneyRow { currency: (*currency).into(), amount: sum.to_string() })
        })
        .collect()
}

fn costs(hostile: bool) -> Costs {
    let mut dice = Dice(7);
    let mut cells = Vec::new();
    for (m, month) in MONTHS.iter().enumerate() {
        for (currency, scale) in [("EUR", 1_u64), ("USD", 9)] {
            for (a, application) in APPLICATIONS.iter().map(|a| Some(*a)).chain([None]).enumerate() {
                for (environment, weight) in ENVIRONMENTS.iter().map(|(e, w)| (Some(*e), *w)).chain([(None, 4)]) {
                    if dice.roll(10) < 3 || (currency == "EUR" && a % 3 > 0) {
                        continue;
                    }
                    let part = if m == 3 { 4 } else { 10 + m as u64 };
                    let units = i128::from(weight * scale * part * (900 + dice.roll(600)) / (a as u64 + 2)) * 7_300_000_000 + i128::from(dice.roll(1_000_000));
                    let application = if hostile && a == 17 { Some(HOSTILE[0]) } else { application };
                    let values = vec![environment.map(str::to_owned), application.map(str::to_owned)];
                    cells.push(CostCell {
                        month: (*month).into(),
                        currency: currency.into(),
                        values,
                        amount: Amount(units).to_string(),
                        rows: 10 + dice.roll(400),
                    });
                }
            }
        }
    }
    let read = |text: &str| Amount::parse(text).map_or(Amount::ZERO, |(a, _)| a);
    let sum = |currency: &str, month: Option<&str>| -> Amount {
        cells.iter().filter(|c| c.currency == currency && month.is_none_or(|m| c.month == m)).map(|c| read(&c.amount)).sum()
    };
    let totals: Vec<CurrencyTotal> = ["USD", "EUR"]
        .map(|currency| {
            let all = sum(currency, None).to_string();
            let by_month = MONTHS.iter().map(|m| sum(currency, Some(m)).to_string()).collect();
            let measures = vec![
                MeasureTotal { measure: "BilledCost".into(), amount: Some(all.clone()) },
                MeasureTotal { measure: "EffectiveCost".into(), amount: Some(all.clone()) },
                MeasureTotal { measure: "ContractedCost".into(), amount: None },
            ];
            CurrencyTotal { currency: currency.into(), report: all.clone(), elsewhere: None, bill: all, equal: true, by_month, measures }
        })
        .to_vec();
    let bases = totals
        .iter()
        .flat_map(|t| ["Environment", "Application"].map(|key| (key, t)))
        .flat_map(|(key, t)| {
            let all = read(&t.bill).0;
            let parts = [("row tag", 55), ("resource tag", 25), ("resource group", 8), ("scope", 5), ("unattributed: no tag and no resource", 4)];
            let row = |basis: &str, units: i128, rows: u64| BasisRow {
                key: key.into(),
                currency: t.currency.clone(),
                basis: basis.into(),
                amount: Amount(units).to_string(),
                rows,
            };
            let mut rows: Vec<BasisRow> = parts.iter().map(|(basis, percent)| row(basis, all * percent / 100, 1200)).collect();
            let rest = all - parts.iter().map(|(_, percent)| all * percent / 100).sum::<i128>();
            rows.push(row("unattributed: value unknown", rest, 31));
            rows
        })
        .collect();
    Costs {
        measure: "EffectiveCost".into(),
        totals,
        months: MONTHS.map(str::to_owned).to_vec(),
        priced_month: Some("2026-10".into()),
        open_month: None,
        keys: ["Environment", "Application", "Owner", "CostCenter", "DataClass"].map(str::to_owned).to_vec(),
        by: vec!["Environment".into(), "Application".into()],
        rows: cells.iter().map(|c| c.rows).sum(),
        cells,
        bases,
        gaps: Vec::new(),
        only: Vec::new(),
        charges: Vec::new(),
        converted: Vec::new(),
        invoices: Vec::new(),
        outlook: None,
        rounded: 3,
    }
}

fn environments(hostile: bool) -> Vec<EnvironmentRow> {
    let row = |name: Option<&str>| EnvironmentRow {
        environment: name.map(str::to_owned),
        verdict: if name == Some("demo") { "keep" } else { "nobody knows" }.into(),
        why: "because".into(),
        registered: name == Some("demo"),
        purpose: (name == Some("demo")).then(|| if hostile { HOSTILE[1].into() } else { "sales demos".into() }),
        resources: 12,
        ..EnvironmentRow::default()
    };
    [Some("demo"), Some("production"), None].map(row).to_vec()
}

/// A run of an earlier night.
fn point(night: u64) -> Point {
    let spend = |key: &str, attributed: u64| SpendPoint { key: key.into(), currency: "USD".into(), attributed: attributed.to_string(), total: "1000".into() };
    Point {
        started: format!("2026-10-{:02}T06:00:00Z", night + 1),
        resources: 280 + night,
        judged: 287,
        passed: 150 + night * 2,
        violated: 900 - night * 11,
        spend: vec![spend("Environment", 700 + night * 4), spend("Application", 640 + night * 3)],
        ..Point::default()
    }
}

fn summary(findings: &[Finding], hostile: bool) -> Summary {
    let rules = RULES.map(|(rule, family, summary, level)| {
        let of = |p: &dyn Fn(&&Finding) -> bool| findings.iter().filter(|f| f.rule == rule).filter(|f| p(f)).count() as u64;
        RuleSummary {
            rule: rule.into(),
            family: family.into(),
            summary: summary.into(),
            level: level.word().into(),
            population: findings.len() as u64 * 5,
            violated: of(&|f| f.verdict == Verdict::Violated && f.waived.is_none()),
            in_grace: 0,
            undetermined: of(&|f| f.verdict == Verdict::Undetermined && f.waived.is_none()),
            waived: of(&|f| f.waived.is_some()),
            at_stake: at_stake(findings, Some(rule)),
        }
    });
    let errors: u64 = rules.iter().filter(|r| r.level == "error").map(|r| r.violated).sum();
    let row = |by: &str, name: &str, population: u64, passed: u64, undetermined: u64, waived: u64| Compliance {
        by: by.into(),
        name: name.into(),
        population,
        passed,
        violated: population - passed - undetermined - waived,
        undetermined,
        waived,
    };
    let region = if hostile { HOSTILE[1] } else { "eu-central-1" };
    let covered = |cloud: &str, scope: &str, collector: &str, outcome: &str, count: u64, why: Option<&str>| CoverageRow {
        cloud: cloud.into(),
        scope: scope.into(),
        region: collector.contains("tagging").then(|| region.to_owned()),
        collector: collector.into(),
        file: Some(format!("exports/{collector}.json")),
        outcome: outcome.into(),
        count,
        why: why.map(str::to_owned),
        made_up_for: false,
    };
    let name = if hostile { HOSTILE[1] } else { "analytics-sandbox" };
    Summary {
        schema: SCHEMA_VERSION.into(),
        tool: "tagledger 0.1.0".into(),
        started: "2026-11-22T06:00:00Z".into(),
        taxonomy: "taxonomy.yaml".into(),
        inputs: vec!["exports/".into()],
        bills: vec!["bills/focus.parquet".into()],
        environments: environments(hostile),
        runs: (0..30).map(point).collect(),
        history: Some(Changes { since: Some("2026-11-21T06:00:00Z".into()), new: 12, fixed: 5, still: 100, ..Changes::default() }),
        exit: Exit { code: 1, why: format!("{errors} violated findings at level error or above.") },
        inventory: InventoryCounts {
            resources: 302,
            taggable: 287,
            not_taggable: 11,
            taggable_unknown: 4,
            scopes: 12,
            clouds: [("aws", 142, 5), ("azure", 96, 4), ("gcp", 64, 3)]
                .map(|(c, resources, scopes)| CloudCounts { cloud: c.into(), resources, scopes })
                .to_vec(),
        },
        keys: ["Environment", "Application", "Owner", "CostCenter", "DataClass"].map(|n| KeyInfo { name: n.into(), required: n != "DataClass" }).to_vec(),
        rules: rules.to_vec(),
        at_stake: at_stake(findings, None),
        families: Vec::new(),
        compliance: vec![
            row("rule", "missing-required-key", 287, 225, 4, 3),
            row("rule", "untagged", 287, 270, 4, 3),
            row("key", "Environment", 287, 225, 4, 3),
            row("key", "Application", 287, 231, 4, 0),
            row("key", "Owner", 287, 190, 9, 2),
            row("key", "CostCenter", 287, 148, 4, 0),
            row("key", "DataClass", 84, 80, 4, 0),
            row("scope", "aws 111111111111 Shop, production", 98, 90, 0, 1),
            row("scope", &format!("gcp shop-prod {name}"), 64, 41, 2, 1),
            row("scope", "azure 6a2f1d3c-0000-4000-8000-00000000000b", 96, 60, 2, 1),
            row("cloud", "aws", 140, 120, 0, 1),
            row("cloud", "azure", 90, 60, 2, 1),
            row("cloud", "gcp", 57, 41, 2, 1),
        ],
        seen: Seen { places: 12, whole: 9, partial: 1, denied: 1, skipped: 1, scopes: 5, regions: 4, elsewhere: 1, only_blind_sources: 37, ..Seen::default() },
        coverage: vec![
            covered("aws", "111111111111", "aws.resource-explorer-2.search", "complete", 98, None),
            covered(
                "aws",
                "*",
                "aws.resourcegroupstaggingapi.get-resources",
                "partial",
                44,
                Some("The Tagging API does not list resources that never had a tag."),
            ),
            covered("azure", "*", "azure.resource-graph.query", "complete", 96, None),
            covered("gcp", name, "gcp.cloudasset.search-all-resources", "denied", 0, Some("cloudasset.assets.searchAllResources is missing on the project.")),
        ],
        costs: Some(costs(hostile)),
        notes: vec![
            "3 amounts of the bill had more than 12 digits after the point and were rounded half to even.".into(),
            "exports/azure.json is UTF-16, as PowerShell writes it; it was read as such.".into(),
            format!("The month 2026-11 of the bill is not over; findings are priced by 2026-10{}.", if hostile { HOSTILE[3] } else { "" }),
        ],
    }
}
