//! Bills in the clouds' own forms, told onto FOCUS: real samples give their own column sums, seeded ones the truth to the last digit.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

use serde_json::Value;
use std::collections::BTreeMap;
use tagledger_testkit::{Estate, Spec};
use tagledger_tests::{Decimal, Desk, python, records, shared};

/// A record of a CSV file by the names of its columns.
type Record = BTreeMap<String, String>;

fn plain(amount: &Value) -> Decimal {
    Decimal::parse(amount.as_str().unwrap())
}

fn bill_sum(cost: &Value) -> Decimal {
    assert!(cost["totals"].as_array().unwrap().iter().all(|total| total["equal"] == true));
    cost["totals"].as_array().unwrap().iter().map(|total| plain(&total["bill"])).sum()
}

/// The records of a sample as it lies there; the byte-order mark is not part of the first name.
fn sample(name: &str) -> Option<(String, Vec<Record>)> {
    let path = shared(&format!("data/billing/{name}"))?;
    let text = std::fs::read_to_string(&path).unwrap();
    Some((path.to_str().unwrap().to_owned(), records(text.trim_start_matches('\u{feff}'))))
}

/// What an amount counts: to the twelfth digit after the point, half to even.
fn amount(record: &Record, column: &str) -> Decimal {
    let Some(text) = record.get(column).filter(|cell| !cell.is_empty()) else { return Decimal::default() };
    let (mantissa, exponent) = text.split_once('E').map_or((text.as_str(), 0), |(mantissa, exponent)| (mantissa, exponent.parse().unwrap()));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let units: i128 = format!("{whole}{fraction}").parse().unwrap();
    let beyond = u32::try_from((i32::try_from(fraction.len()).unwrap() - exponent - 12).max(0)).unwrap();
    let missing = u32::try_from((12 + exponent - i32::try_from(fraction.len()).unwrap()).max(0)).unwrap();
    let (divisor, scaled) = (10_i128.pow(beyond), units * 10_i128.pow(missing));
    let (quotient, rest) = (scaled.div_euclid(divisor), scaled.rem_euclid(divisor));
    let up = rest * 2 > divisor || (rest * 2 == divisor && quotient % 2 != 0);
    let units = quotient + i128::from(up);
    Decimal::parse(&format!("{}{}.{:012}", if units < 0 { "-" } else { "" }, units.abs() / 10_i128.pow(12), units.abs() % 10_i128.pow(12)))
}

#[test]
fn a_cost_and_usage_report_gives_its_own_sums() {
    let Some((path, rows)) = sample("aws-cur-legacy.csv") else { return };
    let desk = Desk::laid();
    let billed = desk.cost(&format!("--measure billed --bill {path}"));
    assert_eq!(billed["rows"], rows.len());
    assert_eq!(bill_sum(&billed), rows.iter().map(|row| amount(row, "lineItem/UnblendedCost")).sum());
    let effective = |row: &Record| match row["lineItem/LineItemType"].as_str() {
        "SavingsPlanCoveredUsage" => amount(row, "savingsPlan/SavingsPlanEffectiveCost"),
        "SavingsPlanRecurringFee" => amount(row, "savingsPlan/TotalCommitmentToDate") - amount(row, "savingsPlan/UsedCommitment"),
        "SavingsPlanNegation" | "SavingsPlanUpfrontFee" => Decimal::default(),
        "DiscountedUsage" => amount(row, "reservation/EffectiveCost"),
        "RIFee" => amount(row, "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod") + amount(row, "reservation/UnusedRecurringFee"),
        _ => amount(row, "lineItem/UnblendedCost"),
    };
    assert_eq!(bill_sum(&desk.cost(&format!("--bill {path}"))), rows.iter().map(effective).sum());
    let said = desk.call(&format!("cost --bill {path}")).exits(0).out;
    assert!(said.contains("an AWS Cost and Usage Report"), "{said}");
    let refused = desk.call(&format!("cost --measure contracted --bill {path}")).exits(2);
    assert!(refused.err.contains("holds no ContractedCost") && refused.err.contains("EffectiveCost, BilledCost, ListCost"), "{}", refused.err);
}

#[test]
fn what_a_row_costs_after_discounts_is_told_row_by_row() {
    let desk = Desk::laid();
    let head = "line_item_line_item_type,line_item_currency_code,bill_billing_period_start_date,line_item_usage_start_date,line_item_unblended_cost,\
                line_item_net_unblended_cost,reservation_effective_cost,reservation_net_effective_cost";
    let bill = |more: &str, rows: &[&str]| {
        let row = |row: &&str| {
            let (kind, costs) = row.split_once(',').unwrap();
            format!("{kind},USD,2026-10-01T00:00:00.000Z,2026-10-02T00:00:00.000Z,{costs}\n")
        };
        format!("{head}{more}\n{}", rows.iter().map(row).collect::<String>())
    };
    let sum = |name: &str| bill_sum(&desk.cost(&format!("--bill {name}"))).to_string();
    let arn = ",reservation_reservation_a_r_n";
    // The columns of discounts are there and nobody fills them.
    desk.put("empty.csv", bill(arn, &["Usage,10,,,,", "Tax,2,,,,", "DiscountedUsage,0,,3,,arn:x", "Fee,100,,,,arn:x", "Fee,5,,,,"]));
    assert_eq!(sum("empty.csv"), "20");
    // Some rows are discounted, and others have no such cost, or one of nothing.
    desk.put("some.csv", bill(arn, &["Usage,10,8,,,", "Tax,2,,,,", "DiscountedUsage,0,,3,2.5,arn:x", "EdpDiscount,-2,0,,,"]));
    assert_eq!(sum("some.csv"), "12.5");
    // What a discount gives is in the net cost of what it is given for, whether its own row has one or none.
    desk.put("none.csv", bill(arn, &["Usage,100,90,,,", "EdpDiscount,-10,,,,", "PrivateRateDiscount,-3,-3,,,", "SppDiscount,-1,-1,,,"]));
    assert_eq!(sum("none.csv"), "89");
    assert_eq!(bill_sum(&desk.cost("--measure billed --bill none.csv")).to_string(), "86");
    // Other discounts are there without any net cost as well.
    desk.put("bundled.csv", bill(arn, &["Usage,100,,,,", "BundledDiscount,-10,,,,", "RiVolumeDiscount,-3,,,,", "SppDiscount,-5,,,,"]));
    assert_eq!(sum("bundled.csv"), "82");
    // Whether a fee is in the effective cost of other rows is in a column that is not there.
    desk.put("fee.csv", bill("", &["Usage,10,,,", "DiscountedUsage,0,,3,", "Fee,100,,,"]));
    let refused = desk.call("cost --bill fee.csv").exits(2);
    assert!(refused.err.contains("fee.csv:4") && refused.err.contains("reservation/ReservationARN"), "{}", refused.err);
    assert_eq!(bill_sum(&desk.cost("--measure billed --bill fee.csv")).to_string(), "110");
    desk.put("without.csv", bill("", &["Usage,10,,,", "DiscountedUsage,0,,3,"]));
    assert_eq!(sum("without.csv"), "13");
}

#[test]
fn what_of_a_savings_plan_is_not_used_costs_what_it_costs_after_discounts() {
    let desk = Desk::laid();
    let head = "line_item_line_item_type,line_item_currency_code,bill_billing_period_start_date,line_item_unblended_cost,line_item_net_unblended_cost,\
                savings_plan_total_commitment_to_date,savings_plan_used_commitment,savings_plan_savings_plan_effective_cost,savings_plan_net_savings_plan_effective_cost,\
                savings_plan_amortized_upfront_commitment_for_billing_period,savings_plan_net_amortized_upfront_commitment_for_billing_period";
    let bill = |rows: &[&str]| {
        let row = |row: &&str| {
            let (kind, costs) = row.split_once(',').unwrap();
            format!("{kind},USD,2026-10-01T00:00:00.000Z,{costs}\n")
        };
        format!("{head}\n{}", rows.iter().map(row).collect::<String>())
    };
    let sum = |rows: &[&str]| {
        desk.put("bill.csv", bill(rows));
        bill_sum(&desk.cost("--bill bill.csv")).to_string()
    };
    let used = "SavingsPlanCoveredUsage,25,22.5,,,18,16.2,,";
    // Paid by the hour, a tenth off; paid for upfront; and without any discount, where net columns are empty, or say the same.
    assert_eq!(sum(&[used, "SavingsPlanNegation,-25,-22.5,,,,,,", "SavingsPlanRecurringFee,20,18,20,18,,,0,0"]), "18");
    assert_eq!(sum(&[used, "SavingsPlanRecurringFee,0,0,20,18,,,20,18"]), "18");
    assert_eq!(sum(&["SavingsPlanRecurringFee,20,,20,18,,,,"]), "2");
    assert_eq!(sum(&["SavingsPlanRecurringFee,20,20,20,18,,,,"]), "2");
    // A third of what is not used: the twelfth digit is rounded, and a plan that is given away costs nothing.
    assert_eq!(sum(&["SavingsPlanRecurringFee,3,1,3,1,,,,"]), "0.666666666667");
    assert_eq!(sum(&["SavingsPlanRecurringFee,3,0,3,1,,,,"]), "0");
    // Amounts of a currency with large numbers, with all of their digits.
    let large = "SavingsPlanRecurringFee,23456789.123456789012,21111111.987654321098,23456789.123456789012,1111111.111111111111,,,,";
    assert_eq!(sum(&[large]), "20111111.903502270674");
}

#[test]
fn exports_of_azure_give_their_own_sums() {
    let desk = Desk::laid();
    for (name, cost, spread) in
        [("azure-ea-actual.csv", "Cost", false), ("azure-ea-amortized.csv", "Cost", true), ("azure-ea-template.csv", "CostInBillingCurrency", false)]
    {
        let Some((path, rows)) = sample(name) else { return };
        let is_commitment = |row: &&Record| matches!(row.get("PricingModel").map(String::as_str), Some("Reservation" | "SavingsPlan"));
        let is_bought = |row: &&Record| is_commitment(row) && matches!(row["ChargeType"].as_str(), "Purchase" | "Refund");
        let sum = |keep: &dyn Fn(&&Record) -> bool| rows.iter().filter(|row| keep(row)).map(|row| amount(row, cost)).sum::<Decimal>();
        assert_eq!(bill_sum(&desk.cost(&format!("--bill {path}"))), sum(&|row| !is_bought(row)), "{name}");
        assert_eq!(bill_sum(&desk.cost(&format!("--measure billed --bill {path}"))), sum(&|row| !is_commitment(row) || is_bought(row)), "{name}");
        // Each amount with more digits than money has is told once, whichever way its row's cost is found.
        let is_long = |row: &&Record| {
            let (mantissa, exponent) = row[cost].split_once('E').map_or((row[cost].as_str(), 0), |(mantissa, exponent)| (mantissa, exponent.parse().unwrap()));
            let digits = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len());
            i32::try_from(digits).unwrap() - exponent > 12
        };
        for measure in ["effective", "billed"] {
            let told = desk.cost(&format!("--measure {measure} --bill {path}"))["rounded"].as_u64().unwrap();
            assert_eq!(told, rows.iter().filter(is_long).count() as u64, "{name} {measure}");
        }
        // Beside the total stands what was set aside, to the cent.
        let (measure, aside) = if spread { ("billed", sum(&|row| is_commitment(row) && !is_bought(row))) } else { ("effective", sum(&is_bought)) };
        let said = desk.call(&format!("cost --measure {measure} --bill {path}")).exits(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(said.contains("count nothing"), aside != Decimal::default(), "{name}: {said}");
    }
}

/// Environment × Application by month and currency, as far as it cost anything.
fn cells<'c>(all: &'c Value, value: impl Fn(&'c Value, usize) -> &'c Value, sum: &str) -> BTreeMap<String, Decimal> {
    let word = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let place = |cell: &'c Value| format!("{} {} {} × {}", word(&cell["month"]), word(&cell["currency"]), word(value(cell, 0)), word(value(cell, 1)));
    let mut table: BTreeMap<String, Decimal> = all.as_array().unwrap().iter().map(|cell| (place(cell), plain(&cell[sum]))).collect();
    table.retain(|_, sum| *sum != Decimal::default());
    table
}

#[test]
fn seeded_bills_in_every_form_say_the_truth() {
    let Some(mut python) = python() else { return };
    let desk = Desk::laid();
    let estate = Estate::new(Spec::new(700, 21));
    let truth = serde_json::to_value(estate.write(&desk.path("estate")).unwrap()).unwrap();
    std::fs::create_dir(desk.path("native")).unwrap();
    estate.write_native_bills(&desk.path("native")).unwrap();
    // Nested records as an engine other than ours writes them to Parquet.
    let money = "STRUCT(name VARCHAR, amount DECIMAL(38, 12))[]";
    let script = format!(
        "import duckdb; duckdb.sql(\"COPY (SELECT * REPLACE (cost::DECIMAL(38, 12) AS cost, cost_at_list::DECIMAL(38, 12) AS cost_at_list, credits::{money} AS credits) \
         FROM read_json('native/gcp.ndjson', format='newline_delimited', sample_size=-1)) TO 'native/gcp.parquet'\")"
    );
    assert!(python.current_dir(desk.path(".")).args(["-c", &script]).status().unwrap().success());
    let effective = desk.cost("--taxonomy estate/taxonomy.yaml --from estate/inventory --bill native/aws.csv native/azure-amortized.csv native/gcp.parquet");
    assert_eq!(cells(&effective["cells"], |cell, at| &cell["values"][at], "amount"), {
        let names = ["environment", "application"];
        cells(&truth["by_environment_application"], |cell, at| &cell[names[at]], "effective")
    });
    // The invoice: actual cost of Azure, unblended cost of AWS.
    let billed = |files: &str| bill_sum(&desk.cost(&format!("--taxonomy estate/taxonomy.yaml --measure billed --bill {files}")));
    let of_cloud = |cloud: &str| -> Decimal {
        truth["costs_by_cloud"].as_array().unwrap().iter().filter(|sum| sum["cloud"] == cloud).map(|sum| plain(&sum["billed"])).sum()
    };
    assert_eq!(billed("native/aws.csv"), of_cloud("aws"));
    assert_eq!(billed("native/azure-actual.csv"), of_cloud("azure"));
}

#[test]
fn both_ledgers_of_one_month_in_one_folder_are_no_bill() {
    let desk = Desk::new();
    let estate = Estate::new(Spec::new(700, 21));
    estate.write(&desk.path("estate")).unwrap();
    std::fs::create_dir(desk.path("native")).unwrap();
    estate.write_native_bills(&desk.path("native")).unwrap();
    let (actual, amortized) = (desk.text("native/azure-actual.csv"), desk.text("native/azure-amortized.csv"));
    let call = |bill: &str, more: &str| desk.call(&format!("cost --taxonomy estate/taxonomy.yaml --bill {bill} {more}"));
    let halves = |text: &str| {
        let lines: Vec<&str> = text.lines().collect();
        let half = |rows: &[&str]| [&[lines[0]], rows].concat().join("\n");
        let (first, second) = lines[1..].split_at(lines.len() / 3);
        [half(first), half(second)]
    };
    // Parts of one export are one bill.
    for (name, text) in [("actual", &actual), ("amortized", &amortized)] {
        let [first, second] = halves(text);
        desk.put(&format!("parts-{name}/part_0.csv"), first);
        desk.put(&format!("parts-{name}/part_1.csv"), second);
        for measure in ["billed", "effective"] {
            let whole = call(&format!("native/azure-{name}.csv"), &format!("--measure {measure} --format csv")).exits(0).out;
            assert_eq!(call(&format!("parts-{name}/"), &format!("--measure {measure} --format csv")).exits(0).out, whole, "{name} {measure}");
        }
    }
    // Both exports of a month, in parts or whole, read as they are or as they were added up.
    desk.put("both/actual.csv", &actual);
    desk.put("both/amortized.csv", &amortized);
    let [first, second] = halves(&amortized);
    desk.put("mixed/amortized_0.csv", first);
    desk.put("mixed/amortized_1.csv", second);
    desk.put("mixed/zz-actual.csv", &actual);
    for folder in ["both", "mixed"] {
        for more in ["", "--measure billed", "--bill-cache cache", "--bill-cache cache"] {
            let done = call(&format!("{folder}/"), more).exits(2);
            assert!(
                done.out.is_empty() && done.err.contains("actual.csv: an amortised and an actual export") && done.err.contains("would count twice"),
                "{folder} {more}: {}",
                done.err
            );
        }
    }
    // Commitments that were paid for in another month: what they cover is free in the one and has a cost in the other.
    let without_purchases = |text: &str| text.lines().filter(|line| !line.contains("Purchase")).map(|line| [line, "\n"].concat()).collect::<String>();
    desk.put("later/actual.csv", without_purchases(&actual));
    desk.put("later/amortized.csv", without_purchases(&amortized));
    for more in ["", "--measure billed"] {
        let done = call("later/", more).exits(2);
        assert!(done.err.contains("later/amortized.csv") && done.err.contains("none in later/actual.csv"), "{more}: {}", done.err);
    }
    // One machine that a reservation of last month covers is enough.
    let head = "ChargeType,MeterCategory,PricingModel,CostInBillingCurrency,BillingCurrency,BillingPeriodStartDate,Date,SubscriptionId,ResourceId";
    let row = |model: &str, cost: &str, name: &str| format!("Usage,Virtual Machines,{model},{cost},EUR,10/01/2026,10/02/2026,s,/subscriptions/s/vms/{name}\n");
    let little = |covered: &str, name: &str| format!("{head}\n{}{}", row("OnDemand", "13.50", "b"), row("Reservation", covered, name));
    desk.put("little/actual.csv", little("0", "a"));
    desk.put("little/amortized.csv", little("2.60", "a").replace("13.50", "10.50"));
    let done = call("little/", "").exits(2);
    assert!(done.err.contains("little/amortized.csv") && done.err.contains("none in little/actual.csv"), "{}", done.err);
    // Of another machine a row without a cost is one of another part, whatever the two are called.
    for (one, other) in [("a", "c"), ("rg-a/web-000001", "rg-b/web-000001")] {
        desk.put("little/amortized.csv", little("2.60", one).replace("13.50", "10.50"));
        desk.put("little/actual.csv", little("0", other));
        assert_eq!(bill_sum(&desk.cost("--taxonomy estate/taxonomy.yaml --bill little/")).to_string(), "26.6", "{one}");
    }
    // One month of each is no month twice, and neither are files that come to the same.
    let moved = |text: &str| text.replace("2026", "2025");
    desk.put("apart/actual.csv", moved(&actual));
    desk.put("apart/amortized.csv", &amortized);
    desk.put("alike/amortized-2025.csv", moved(&amortized));
    desk.put("alike/amortized-2026.csv", &amortized);
    for folder in ["apart", "alike"] {
        call(&format!("{folder}/"), "").exits(0);
    }
}

/// Writes what a query gives as Parquet, by an engine other than ours.
fn parquet(desk: &Desk, name: &str, query: &str) -> Option<()> {
    let script = format!("import duckdb; duckdb.sql(\"\"\"COPY ({query}) TO '{name}' (FORMAT parquet)\"\"\")");
    assert!(python()?.current_dir(desk.path(".")).args(["-c", &script]).status().unwrap().success());
    Some(())
}

fn shown(cost: &Value) -> Vec<String> {
    let table = cells(&cost["cells"], |cell, at| &cell["values"][at], "amount");
    table.into_iter().map(|(place, sum)| format!("{place} {sum}")).collect()
}

#[test]
fn a_report_of_aws_has_its_tags_in_many_places() {
    let desk = Desk::laid();
    let row = "line_item_line_item_type,line_item_unblended_cost,bill_billing_period_start_date,line_item_currency_code,line_item_usage_account_id,line_item_resource_id";
    let values = "Usage,1.5,2026-10-01T00:00:00.000Z,USD,111122223333,i-1";
    // The new report as text, with keys folded to lower case and a scheme of its own; what AWS itself tags is no tag of the user's.
    desk.put(
        "map.csv",
        format!("{row},resource_tags\n{values},\"{{\"\"user_env\"\":\"\"prod\"\",\"\"user_application\"\":\"\"shop\"\",\"\"aws_env\"\":\"\"test\"\"}}\"\n"),
    );
    // Tags of every sort in one column: those of the account and of cost categories are not the resource's.
    desk.put(
        "tags.csv",
        format!("{row},tags,resource_tags\n{values},\"{{\"\"accountTag/env\"\":\"\"test\"\",\"\"resourceTags/Application\"\":\"\"shop\"\",\"\"resourceTags/env\"\":\"\"prod\"\"}}\",\n"),
    );
    // A table may have both columns and fill one of them, and what both say of a row goes together.
    let own = "\"{\"\"user_env\"\":\"\"prod\"\",\"\"user_application\"\":\"\"shop\"\"}\"";
    desk.put("second.csv", format!("{row},tags,resource_tags\n{values},,{own}\n"));
    desk.put("bare.csv", format!("{row},tags,resource_tags\n{values},{{}},{own}\n"));
    desk.put("beside.csv", format!("{row},tags,resource_tags\n{values},\"{{\"\"resourceTags/user_env\"\":\"\"production\"\"}}\",{own}\n"));
    // The old report through Athena, and as CSV.
    desk.put("athena.csv", format!("{row},resource_tags_user_env,resource_tags_user_application\n{values},prod,shop\n"));
    desk.put("legacy.csv", format!("{row},resourceTags/user:env,resourceTags/user:Application,resourceTags/aws:createdBy\n{values},prod,shop,me\n"));
    for name in ["map.csv", "tags.csv", "second.csv", "bare.csv", "beside.csv", "athena.csv", "legacy.csv"] {
        assert_eq!(shown(&desk.cost(&format!("--bill {name}"))), ["2026-10 USD production × shop 1.5"], "{name}");
    }
    let query = "SELECT 'Usage' AS line_item_line_item_type, 1.5::DOUBLE AS line_item_unblended_cost, TIMESTAMP '2026-10-01' AS bill_billing_period_start_date, \
                 'USD' AS line_item_currency_code, MAP {'user_env': 'prod', 'user_application': 'shop'} AS resource_tags";
    if parquet(&desk, "cur2.parquet", query).is_some() {
        assert_eq!(shown(&desk.cost("--bill cur2.parquet")), ["2026-10 USD production × shop 1.5"]);
        for (name, tags) in
            [("none", "NULL::MAP(VARCHAR, VARCHAR)"), ("bare", "MAP {}::MAP(VARCHAR, VARCHAR)"), ("both", "MAP {'resourceTags/user_env': 'prod'}")]
        {
            parquet(&desk, &format!("{name}.parquet"), &format!("{query}, {tags} AS tags"));
            assert_eq!(shown(&desk.cost(&format!("--bill {name}.parquet"))), ["2026-10 USD production × shop 1.5"], "{name}");
        }
    }
    // A row whose cost lies in a column that was not exported is no row of another cost.
    desk.put("lacking.csv", format!("{row}\n{values}\nDiscountedUsage,1.5,2026-10-01,USD,1,\n"));
    let refused = desk.call("cost --bill lacking.csv").exits(2).err;
    assert!(refused.contains("lacking.csv:3:reservation/EffectiveCost") && refused.contains("does not have"), "{refused}");
    desk.call("cost --measure billed --bill lacking.csv").exits(0);
    desk.put("currency.csv", "lineItem/LineItemType,lineItem/UnblendedCost,bill/BillingPeriodStartDate\nUsage,1,2026-10-01\n");
    let refused = desk.call("cost --bill currency.csv").exits(2).err;
    assert!(refused.contains("this is an AWS Cost and Usage Report, but the column lineItem/CurrencyCode is missing"), "{refused}");
}

#[test]
fn what_is_bound_and_what_the_project_says_stand_in_for_labels() {
    let desk = Desk::laid();
    desk.put(
        "taxonomy.yaml",
        "version: 1\nkeys:\n  Environment: { values: { production: [prod], test: [] }, bindings: effective }\n  Application: { bindings: direct }\n",
    );
    let row = |id: &str, cost: u8, labels: &str, bound: &str| {
        format!(
            "SELECT 'regular' AS cost_type, {{'month': '202610'}} AS invoice, TIMESTAMP '2026-10-01' AS usage_start_time, 'EUR' AS currency, {cost}::DOUBLE AS cost, \
             []::STRUCT(amount DOUBLE)[] AS credits, {{'id': 'p-1', 'labels': [{{'key': 'application', 'value': 'of-project'}}]}} AS project, \
             {{'global_name': '{id}'}} AS resource, {labels}::STRUCT(key VARCHAR, value VARCHAR)[] AS labels, \
             {bound}::STRUCT(key VARCHAR, value VARCHAR, inherited BOOLEAN, namespace VARCHAR)[] AS tags"
        )
    };
    let label = |key: &str, value: &str| format!("[{{'key': '{key}', 'value': '{value}'}}]");
    let bound = |key: &str, value: &str, lent: bool| format!("[{{'key': '{key}', 'value': '{value}', 'inherited': {lent}, 'namespace': '12'}}]");
    let rows = [
        // A label speaks first, what is bound where it says nothing, and the project last.
        row("//a/1", 1, &label("environment", "prod"), &bound("environment", "test", false)),
        row("//a/2", 2, &label("application", "shop"), &bound("environment", "test", true)),
        row("//a/3", 4, "[]", &bound("application", "lent", true)),
        row("//a/4", 8, "NULL", &bound("application", "own", false)),
    ];
    if parquet(&desk, "export.parquet", &rows.join(" UNION ALL ")).is_none() {
        return;
    }
    let expected = ["2026-10 EUR production × of-project 1", "2026-10 EUR test × shop 2", "2026-10 EUR – × of-project 4", "2026-10 EUR – × own 8"];
    assert_eq!(shown(&desk.cost("--bill export.parquet")), expected);
    // Where an inventory knows the project, its labels are there.
    desk.put("inventory.csv", "cloud,scope,kind,id\ngcp,p-1,vm,//a/9\n");
    let expected = ["2026-10 EUR production × – 1", "2026-10 EUR test × shop 2", "2026-10 EUR – × own 8", "2026-10 EUR – × – 4"];
    assert_eq!(shown(&desk.cost("--bill export.parquet --from inventory.csv")), expected);
    // A table in FOCUS, as Google has it.
    let query = "SELECT DATE '2026-10-01' AS BillingPeriodStart, 'EUR' AS BillingCurrency, 'Google Cloud' AS ServiceProviderName, 1.0::DECIMAL(18, 2) AS EffectiveCost, \
                 [{'Key': 'environment', 'Value': 'prod'}] AS x_Labels, [{'Key': 'application', 'Value': 'of-project'}] AS x_ProjectLabels, \
                 [{'Key': 'application', 'Value': 'bound', 'x_Inherited': false, 'x_Namespace': '12'}] AS x_Tags";
    parquet(&desk, "focus.parquet", query).unwrap();
    assert_eq!(shown(&desk.cost("--bill focus.parquet")), ["2026-10 EUR production × bound 1"]);
}

#[test]
fn what_a_project_lies_in_says_its_stage_where_no_inventory_does() {
    let desk = Desk::laid();
    desk.put(
        "taxonomy.yaml",
        "version: 1\nkeys:\n  Environment: { values: { production: [prod], test: [] } }\n  Application: {}\nstages:\n  - { environment: test, gcp: { projects: [lab] } }\n  \
         - { environment: production, gcp: { folders: [Live, folders/9] } }\n  - { environment: test, gcp: { folders: [Tries, Everything] } }\n",
    );
    let container = |id: &str, name: &str| format!("{{'resource_name': '{id}', 'display_name': '{name}'}}");
    let (organisation, live, tries) = (container("organizations/1", "example.com"), container("folders/7", "Live"), container("folders/8", "Tries"));
    let everything = container("folders/2", "Everything");
    let row = |cost: u32, project: &str, around: &[&str], labels: &str| {
        format!(
            "SELECT 'regular' AS cost_type, {{'month': '202610'}} AS invoice, TIMESTAMP '2026-10-01' AS usage_start_time, 'EUR' AS currency, {cost}::DOUBLE AS cost, \
             []::STRUCT(amount DOUBLE)[] AS credits, \
             {{'id': '{project}', 'ancestors': [{}]::STRUCT(resource_name VARCHAR, display_name VARCHAR)[]}} AS project, \
             {labels}::STRUCT(key VARCHAR, value VARCHAR)[] AS labels",
            around.join(", ")
        )
    };
    let own = container("projects/11", "Shop");
    let rows = [
        // The nearest folder that the file names speaks, whichever end of the list is the near one.
        row(1, "shop", &[&own, &live, &everything, &organisation], "[]"),
        row(2, "shop-2", &[&organisation, &everything, &live, &own], "[]"),
        row(4, "shop-3", &[&organisation, &everything, &tries], "[]"),
        row(2048, "shop-6", &[&organisation, &everything, &live], "[]"),
        row(8, "shop-4", &[&live, &everything], "[]"),
        row(16, "shop-5", &[&container("folders/9", "Renamed")], "[]"),
        // The project itself is nearer than anything around it, and what people call it counts as its id does.
        row(32, "lab", &[&live, &organisation], "[]"),
        row(64, "x-1", &[&container("projects/12", "Lab"), &live], "[]"),
        // A label says it before any stage; and where there is nothing around, nothing is known.
        row(128, "shop", &[&live], "[{'key': 'environment', 'value': 'test'}]"),
        row(256, "alone", &[&organisation], "[]"),
        row(512, "alone-2", &[], "[]"),
        // A project that was moved is for what lay around it when it cost something.
        row(1024, "shop-3", &[&live, &organisation], "[]"),
    ];
    if parquet(&desk, "export.parquet", &rows.join(" UNION ALL ")).is_none() {
        return;
    }
    let expected = ["2026-10 EUR production × – 3099", "2026-10 EUR test × – 228", "2026-10 EUR – × – 768"];
    assert_eq!(shown(&desk.cost("--bill export.parquet")), expected);
    let by = desk.cost("--bill export.parquet --by Environment,scope");
    assert_eq!(by["cells"].as_array().unwrap().len(), 12, "a project is one, however often it was moved: {by:#}");
    // An inventory knows where its projects lie today.
    desk.put("inventory.csv", "cloud,scope,kind,id\ngcp,shop,vm,//a/9\n");
    let expected = ["2026-10 EUR production × – 3098", "2026-10 EUR test × – 228", "2026-10 EUR – × – 769"];
    assert_eq!(shown(&desk.cost("--bill export.parquet --from inventory.csv")), expected);
    // Google's own table in FOCUS, with its record and with a column that a view makes of it; and as text.
    let query = |ancestors: &str| {
        format!(
            "SELECT DATE '2026-10-01' AS BillingPeriodStart, 'EUR' AS BillingCurrency, 'Google Cloud' AS ServiceProviderName, 'shop' AS SubAccountId, \
             1.0::DECIMAL(18, 2) AS EffectiveCost, {ancestors}"
        )
    };
    parquet(&desk, "record.parquet", &query("{'Id': 'shop', 'Ancestors': [{'ResourceName': 'folders/7', 'DisplayName': 'Live'}]} AS x_Project")).unwrap();
    parquet(&desk, "column.parquet", &query(&format!("[{live}] AS x_ProjectAncestors"))).unwrap();
    parquet(&desk, "text.parquet", &query("'[{\"resource_name\":\"folders/7\",\"display_name\":\"Live\"}]' AS x_ProjectAncestors")).unwrap();
    for name in ["record", "column", "text"] {
        assert_eq!(shown(&desk.cost(&format!("--bill {name}.parquet"))), ["2026-10 EUR production × – 1"], "{name}");
    }
    let asked = desk.call("cost --print-sql --table t --bill column.parquet").exits(0).out;
    assert!(asked.contains("x_ProjectAncestors"), "what is added up elsewhere says the same: {asked}");
    parquet(&desk, "other.parquet", &query("[{'Id': '7', 'Label': 'Live'}] AS x_ProjectAncestors")).unwrap();
    assert_eq!(shown(&desk.cost("--bill other.parquet")), ["2026-10 EUR – × – 1"], "records of another form refuse no bill");
    parquet(&desk, "odd.parquet", &query("'folders/7' AS x_ProjectAncestors")).unwrap();
    for nothing in ["None", "n/a", "{}", " ", "-"] {
        parquet(&desk, "none.parquet", &query(&format!("'{nothing}' AS x_ProjectAncestors"))).unwrap();
        assert_eq!(shown(&desk.cost("--bill none.parquet")), ["2026-10 EUR – × – 1"], "{nothing}");
    }
    let refused = desk.call("cost --bill odd.parquet").exits(2).err;
    assert!(refused.contains("odd.parquet") && refused.contains("`folders/7` is no list of containers; export it as BigQuery writes it"), "{refused}");
    // Names count where the file lets them.
    desk.put(
        "taxonomy.yaml",
        "version: 1\nkeys:\n  Environment: { values: { production: [live], test: [tries] } }\n  Application: {}\nstage_from_name: true\n",
    );
    let expected = ["2026-10 EUR production × – 3179", "2026-10 EUR test × – 132", "2026-10 EUR – × – 784"];
    assert_eq!(shown(&desk.cost("--bill export.parquet")), expected);
}

#[test]
fn one_text_means_in_each_form_what_that_form_says() {
    let desk = Desk::laid();
    let text = "\"{\"\"user_env\"\":\"\"prod\"\",\"\"user_application\"\":\"\"shop\"\"}\"";
    // Many files of both forms, so that every thread reads some of each.
    for month in 1..=12 {
        let report = format!(
            "line_item_line_item_type,line_item_unblended_cost,bill_billing_period_start_date,line_item_currency_code,line_item_usage_account_id,resource_tags\n\
             Usage,1.5,2026-{month:02}-01T00:00:00.000Z,USD,1,{text}\n"
        );
        desk.put(&format!("bill/report-{month:02}.csv"), report);
        let focus = format!(
            "EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,SubAccountId,Tags\n1.5,USD,2025-{month:02}-01,Amazon Web Services,1,{text}\n"
        );
        desk.put(&format!("bill/focus-{month:02}.csv"), focus);
    }
    let all = shown(&desk.cost("--bill bill"));
    assert_eq!(all.len(), 24, "{all:?}");
    for month in 1..=12 {
        for expected in [format!("2026-{month:02} USD production × shop 1.5"), format!("2025-{month:02} USD – × – 1.5")] {
            assert!(all.contains(&expected), "{expected}: {all:?}");
        }
    }
}

#[test]
fn labels_of_google_stand_for_tags_in_its_own_focus_table() {
    let desk = Desk::laid();
    let label = |key: &str, value: &str| format!("{{'Key': '{key}', 'Value': '{value}'}}");
    let query = format!(
        "SELECT 2.25::DECIMAL(38,9) AS EffectiveCost, 'USD' AS BillingCurrency, TIMESTAMP '2026-10-01' AS BillingPeriodStart, 'Google Cloud' AS ProviderName, \
         [{}, {}] AS x_Labels UNION ALL SELECT 0.75, 'USD', TIMESTAMP '2026-10-01', 'Google Cloud', []",
        label("env", "prod"),
        label("application", "shop")
    );
    if parquet(&desk, "focus.parquet", &query).is_some() {
        assert_eq!(shown(&desk.cost("--bill focus.parquet")), ["2026-10 USD production × shop 2.25", "2026-10 USD – × – 0.75"]);
    }
}

#[test]
fn google_s_own_view_says_of_each_tag_what_it_is_and_which_project_it_is_of() {
    let desk = Desk::laid();
    let all = [
        ("label", "environment", "prod", "n/a"),
        ("project_label", "environment", "test", "n/a"),
        ("system_label", "environment", "demo", "n/a"),
        ("tag", "environment", "test", "123"),
        ("label", "application", "shop", "n/a"),
    ];
    let list = |of: &[usize]| {
        let one = |at: &usize| {
            let (sort, key, value, namespace) = all[*at];
            format!("{{'key': '{key}', 'value': '{value}', 'x_type': '{sort}', 'x_inherited': false, 'x_namespace': '{namespace}'}}")
        };
        of.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let row = |amount: u32, id: &str, called: &str, tags: &[usize]| {
        format!(
            "SELECT {amount}::DECIMAL(38,12) AS EffectiveCost, 'EUR' AS BillingCurrency, TIMESTAMP '2026-10-01' AS BillingPeriodStart, 'Google Cloud' AS ProviderName, \
             'B-1' AS SubAccountId, 'B-1' AS BillingAccountId, {{'id': 'p-1', 'number': '1001'}} AS x_Project, '{id}' AS ResourceId, '{called}' AS ResourceName, \
             [{}]::STRUCT(key VARCHAR, value VARCHAR, x_type VARCHAR, x_inherited BOOLEAN, x_namespace VARCHAR)[] AS Tags",
            list(tags)
        )
    };
    let numbered = "//compute.googleapis.com/projects/p-1/zones/z/disk/5731447681477044785";
    let rows = [
        row(1, "", "", &[1, 0, 4]),
        row(2, "", "", &[1, 4]),
        row(4, "", "", &[2, 4]),
        row(8, "", "", &[3, 4]),
        row(16, numbered, "d", &[]),
        row(32, numbered, "other", &[]),
    ];
    desk.put(
        "inventory.csv",
        "cloud,scope,kind,id,tag:environment,tag:application\ngcp,p-1,compute.googleapis.com/Disk,//compute.googleapis.com/projects/p-1/zones/z/disks/d,test,disks\n",
    );
    if parquet(&desk, "view.parquet", &rows.join(" UNION ALL ")).is_none() {
        return;
    }
    let alone = ["2026-10 EUR production × shop 1", "2026-10 EUR test × shop 2", "2026-10 EUR – × shop 12", "2026-10 EUR – × – 48"];
    // Where an inventory knows the project, its labels are there.
    let with = ["2026-10 EUR production × shop 1", "2026-10 EUR test × disks 16", "2026-10 EUR – × shop 14", "2026-10 EUR – × – 32"];
    // Read as it is, added up first, and as it was added up.
    for kept in ["", "--bill-cache cache", "--bill-cache cache"] {
        assert_eq!(shown(&desk.cost(&format!("--bill view.parquet {kept}"))), alone, "{kept}");
        assert_eq!(shown(&desk.cost(&format!("--bill view.parquet --from inventory.csv {kept}"))), with, "{kept}");
    }
    let scopes = |bill: &str| desk.call(&format!("cost {bill} --from inventory.csv --by scope,Environment --format csv")).exits(0).out;
    let whole = scopes("--bill view.parquet");
    assert!(whole.contains("p-1") && !whole.contains("B-1"), "{whole}");
    // What an engine adds up says the same.
    desk.put("sql.txt", desk.call("cost --print-sql --bill view.parquet").with(["--table", "'view.parquet'"]).exits(0).out);
    let script = "import duckdb; duckdb.sql(open('sql.txt').read()).write_parquet('added.parquet')";
    assert!(python().unwrap().current_dir(desk.path(".")).args(["-c", script]).status().unwrap().success());
    assert_eq!(scopes("--from-stage1 added.parquet"), whole);
}

#[test]
fn what_a_commitment_was_bought_for_counts_once() {
    let desk = Desk::laid();
    let bill = "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ProviderName,ChargeCategory,CommitmentDiscountId
100,100,EUR,2026-10-01,Microsoft,Purchase,reservation-1
0,60,EUR,2026-10-01,Microsoft,Usage,reservation-1
5,5,EUR,2026-10-01,Microsoft,Purchase,
";
    desk.put("bill.csv", bill);
    let said = |measure: &str| desk.call(&format!("cost --bill bill.csv --measure {measure}")).exits(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(bill_sum(&desk.cost("--bill bill.csv")), Decimal::parse("65"));
    assert!(said("effective").contains("Purchases of commitments, 100.00 EUR on 1 row, count nothing as EffectiveCost"), "{}", said("effective"));
    assert_eq!(bill_sum(&desk.cost("--bill bill.csv --measure billed")), Decimal::parse("105"));
    assert!(!said("billed").contains("count nothing"));
}

#[test]
fn invoices_are_told_to_the_cent() {
    let desk = Desk::laid();
    let estate = Estate::new(Spec::new(300, 5));
    estate.write(&desk.path("estate")).unwrap();
    let cost = desk.cost("--taxonomy estate/taxonomy.yaml --measure billed --bill estate/bill");
    let invoices = cost["invoices"].as_array().unwrap();
    // Each invoice by itself, from the rows of the bill itself.
    let newest = std::fs::read_dir(desk.path("estate/bill/azure")).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let part = std::fs::read_dir(newest).unwrap().next().unwrap().unwrap().path();
    let rows = records(std::fs::read_to_string(part).unwrap().trim_start_matches('\u{feff}'));
    let mut own: BTreeMap<String, (Decimal, u64)> = BTreeMap::new();
    for row in &rows {
        let slot = own.entry(row["InvoiceId"].clone()).or_default();
        *slot = (slot.0 + amount(row, "BilledCost"), slot.1 + 1);
    }
    assert!(!own.is_empty());
    for (id, (billed, count)) in own {
        let told = invoices.iter().find(|one| one["invoice"] == id.as_str()).unwrap();
        assert_eq!((plain(&told["billed"]), told["rows"].as_u64().unwrap(), &told["issuer"]), (billed, count, &Value::from("Microsoft")));
    }
    // All of them together are the bill, with what is on none: the oldest month of AWS has no such column.
    assert_eq!(invoices.iter().map(|one| plain(&one["billed"])).sum::<Decimal>(), bill_sum(&cost));
    assert!(invoices.iter().any(|one| one["invoice"] == ""));
    let said = desk.call("cost --taxonomy estate/taxonomy.yaml --measure billed --bill estate/bill").exits(0).out;
    assert!(said.contains("INVOICES") && said.contains("E0800X-2026-10"), "{said}");
    assert!(desk.cost("--taxonomy estate/taxonomy.yaml --bill estate/bill")["invoices"].is_null());
}
