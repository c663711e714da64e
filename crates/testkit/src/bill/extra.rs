//! Rows beside those of the inventory's resources: traffic without an id, resources that are gone, tax, support, credits, commitments, rounding.

use super::{
    rows::{Amounts, Row, priced},
    tags,
};
use crate::{
    calendar::Month,
    estate::Estate,
    habits::Writer,
    kinds::Cloud,
    ladder::Around,
    money::{ONE, Units, cut},
    random::{Rng, mix},
    tag::{Tag, Value},
    vocabulary::Key,
};

/// Rows of a scope: about one of 12 names no resource, one of 25 a resource that is gone.
pub fn of_scope(estate: &Estate, at: usize, month: Month, each: &mut dyn FnMut(&Row<'_>)) {
    let scope = &estate.scopes()[at];
    let item = (at as u64) << 16 | u64::try_from(month.0).unwrap_or(0);
    let seed = estate.spec().seed;
    for number in 0..scope.count.div_ceil(12) {
        let mut rng = Rng::of(seed ^ mix(item), 40, number);
        let kind = &scope.cloud.kinds()[rng.index(3)];
        let amounts = priced(scope.cloud, i128::from(rng.below(9_000)) * ONE / 1000 + i128::from(rng.below(1_000_000_000)), false);
        let mut row = Row::new(month, kind.service, "Requests and traffic", amounts).attributed(&Around { scope: Some(scope), ..Around::default() });
        row.scope = Some(at);
        row.region = Some(scope.cloud.regions()[0]);
        each(&row);
    }
    for number in 0..scope.count.div_ceil(25) {
        gone(estate, at, month, Rng::of(seed ^ mix(item), 41, number), each);
    }
}

/// A resource that was deleted before the inventory was exported: its id is in the bill only. Half of them carried tags.
fn gone(estate: &Estate, at: usize, month: Month, mut rng: Rng, each: &mut dyn FnMut(&Row<'_>)) {
    let scope = &estate.scopes()[at];
    let cloud = scope.cloud;
    let kind = &cloud.kinds()[rng.index(2)];
    let hex = format!("{:016x}", rng.bits());
    let id = kind
        .id
        .replace("{scope}", &scope.id)
        .replace("{region}", cloud.regions()[0])
        .replace("{group}", "rg-deleted")
        .replace("{name}", &format!("gone-{}", &hex[..6]))
        .replace("{hex}", &hex);
    let mut writer = Writer::new(cloud, Rng::of(estate.spec().seed, 42, rng.bits()));
    if rng.chance(500) {
        let application = u32::try_from(rng.below(u64::from(estate.applications()))).unwrap_or(0);
        let environment = scope.stage.unwrap_or(0);
        writer.known(Key::Environment, Value::Environment(environment), rng.chance(400), rng.chance(400));
        writer.known(Key::Application, Value::Application(application), rng.chance(300), false);
    }
    let all = writer.finish();
    let written: Vec<&Tag> = tags::billed(cloud, &all);
    let amounts = priced(cloud, i128::from(rng.below(60_000)) * ONE / 1000 + i128::from(rng.below(1_000_000_000)), false);
    let around = Around { row: &written, scope: Some(scope), ..Around::default() };
    let mut row = Row::new(month, kind.service, "Usage of the month", amounts).attributed(&around);
    row.scope = Some(at);
    row.region = Some(cloud.regions()[0]);
    row.resource_id = Some(if cloud == Cloud::Azure { id.to_lowercase() } else { id });
    row.resource_type = Some(kind.billed_as);
    row.tags = tags::text(cloud, &written, false);
    each(&row);
}

/// Tax of an account or project; Microsoft's bill is net.
pub fn tax(estate: &Estate, at: usize, month: Month, billed: Units, each: &mut dyn FnMut(&Row<'_>)) {
    let scope = &estate.scopes()[at];
    if scope.cloud == Cloud::Azure || billed <= 0 {
        return;
    }
    let amount = cut(billed * 7 / 100, scope.cloud.decimals());
    let mut row = Row::new(month, ("Tax", "Other"), "Value added tax", Amounts { list: 0, contracted: 0, ..Amounts::flat(amount) })
        .attributed(&Around { scope: Some(scope), ..Around::default() });
    row.category = "Tax";
    row.scope = Some(at);
    each(&row);
}

/// Rows that belong to the payer and to no scope.
pub fn of_payer(estate: &Estate, cloud: Cloud, month: Month, billed: Units, each: &mut dyn FnMut(&Row<'_>)) {
    let places = cloud.decimals();
    let part = |per_mille: i128| cut(billed * per_mille / 1000, places);
    let mut put = |category: &'static str, service: (&'static str, &'static str), description: &'static str, amounts: Amounts, commitment| {
        let mut row = Row::new(month, service, description, amounts);
        row.category = category;
        row.commitment = commitment;
        each(&row);
    };
    if cloud != Cloud::Gcp {
        put("Usage", ("Support", "Other"), "Business support", Amounts::flat(part(30)), None);
        // The invoice shows what the commitment costs; the showback shows what of it nobody used.
        let purchase = Amounts { billed: part(110), effective: 0, list: part(110), contracted: part(110) };
        put("Purchase", ("Commitments", "Other"), "Savings plan, monthly part", purchase, Some(("savings-plan-4711", "")));
        let unused = Amounts { billed: 0, effective: part(12), list: 0, contracted: part(12) };
        put("Usage", ("Commitments", "Other"), "Savings plan, unused part", unused, Some(("savings-plan-4711", "Unused")));
    }
    put("Credit", ("Credits", "Other"), "Promotional credit", Amounts { list: 0, contracted: 0, ..Amounts::flat(-part(45)) }, None);
    if estate.scopes().iter().any(|s| s.cloud == cloud) {
        let dust = if cloud == Cloud::Azure { 7 } else { 10_i128.pow(12 - places) };
        put("Adjustment", ("Rounding", "Other"), "Rounding", Amounts::flat(dust), None);
    }
}
