//! The rows of one cloud and month: those of the inventory's resources here, the others in `extra`.

use super::{extra, tags};
use crate::{
    calendar::{DAY, Month},
    estate::{Estate, Resource},
    kinds::Cloud,
    ladder::{Around, Basis},
    money::{Units, cut, share},
    random::Rng,
    tag::{Tag, Value},
    vocabulary::Key,
};

/// The four measures of FOCUS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    /// BilledCost.
    pub billed: Units,
    /// EffectiveCost.
    pub effective: Units,
    /// ListCost.
    pub list: Units,
    /// ContractedCost.
    pub contracted: Units,
}

impl Amounts {
    /// The same amount in all four.
    pub fn flat(amount: Units) -> Self {
        Self { billed: amount, effective: amount, list: amount, contracted: amount }
    }

    /// Adds another row's.
    pub fn add(&mut self, other: Self) {
        self.billed += other.billed;
        self.effective += other.effective;
        self.list += other.list;
        self.contracted += other.contracted;
    }
}

/// A row of a bill.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The invoice month.
    pub month: Month,
    /// Charge period: first second and the second after the last.
    pub charge: (i64, i64),
    /// The money.
    pub amounts: Amounts,
    /// ChargeCategory.
    pub category: &'static str,
    /// ChargeClass: `Correction` or nothing.
    pub class: Option<&'static str>,
    /// ChargeDescription.
    pub description: &'static str,
    /// Commitment id and status.
    pub commitment: Option<(&'static str, &'static str)>,
    /// Position of the scope; none for rows of the payer.
    pub scope: Option<usize>,
    /// RegionId.
    pub region: Option<&'a str>,
    /// ServiceName and ServiceCategory.
    pub service: (&'a str, &'a str),
    /// ResourceId as this provider writes it.
    pub resource_id: Option<String>,
    /// ResourceName.
    pub resource_name: Option<String>,
    /// ResourceType.
    pub resource_type: Option<&'a str>,
    /// Tags.
    pub tags: Option<String>,
    /// The true Environment by the ladder.
    pub environment: (Option<u8>, Basis),
    /// The true Application by the ladder.
    pub application: (Option<u32>, Basis),
}

impl<'a> Row<'a> {
    /// A usage row of a whole month that names no resource and belongs to nobody.
    pub fn new(month: Month, service: (&'a str, &'a str), description: &'static str, amounts: Amounts) -> Self {
        Self {
            month,
            charge: (month.start(), month.end()),
            amounts,
            category: "Usage",
            class: None,
            description,
            commitment: None,
            scope: None,
            region: None,
            service,
            resource_id: None,
            resource_name: None,
            resource_type: None,
            tags: None,
            environment: (None, Basis::Unattributed),
            application: (None, Basis::Unattributed),
        }
    }

    /// Asks the ladder.
    pub fn attributed(mut self, around: &Around<'_>) -> Self {
        let (value, basis) = around.attribute(Key::Environment);
        self.environment = (value.and_then(|v| if let Value::Environment(e) = v { Some(*e) } else { None }), basis);
        let (value, basis) = around.attribute(Key::Application);
        self.application = (value.and_then(|v| if let Value::Application(a) = v { Some(*a) } else { None }), basis);
        self
    }
}

/// Hands over every row of a cloud's bill for the month at that position, always in the same order.
pub fn each_row(estate: &Estate, cloud: Cloud, position: u32, each: &mut dyn FnMut(&Row<'_>)) {
    let months = estate.months();
    let Some(month) = months.get(position as usize).copied() else { return };
    let mut cloud_billed = 0;
    for (at, scope) in estate.scopes().iter().enumerate().filter(|(_, s)| s.cloud == cloud) {
        let mut billed = 0;
        let mut keep = |row: &Row<'_>| {
            billed += row.amounts.billed;
            each(row);
        };
        for index in scope.first..scope.first + scope.count {
            let resource = estate.resource(index);
            if resource.kind.cents > 0 {
                of_resource(estate, &resource, month, position, &mut keep);
            }
        }
        extra::of_scope(estate, at, month, &mut keep);
        extra::tax(estate, at, month, billed, each);
        cloud_billed += billed;
    }
    extra::of_payer(estate, cloud, month, cloud_billed, each);
}

/// One row a month, sometimes with traffic beside it; in the last month now and then a correction of the month before.
fn of_resource(estate: &Estate, resource: &Resource, month: Month, position: u32, each: &mut dyn FnMut(&Row<'_>)) {
    let cloud = resource.cloud;
    let scope = &estate.scopes()[resource.scope];
    let mut rng = Rng::of(estate.spec().seed, 30, resource.index);
    let size = 500_000 + rng.below(1_500_000);
    let committed = resource.kind.short == "vm" && rng.chance(250);
    let bare = rng.chance(300);
    let mut rng = Rng::of(estate.spec().seed, 31 + u64::from(position), resource.index);
    let list = share(i128::from(resource.kind.cents) * 10_000_000_000, size * (950 + rng.below(100)) / 1000) + i128::from(rng.below(1_000_000_000));
    let amounts = priced(cloud, list, committed);
    let written: Vec<&Tag> = if position >= resource.tagged_from { tags::billed(cloud, &resource.tags) } else { Vec::new() };
    let around = Around { row: &written, resource: Some(resource), group: resource.group.map(|g| &scope.groups[g]), scope: Some(scope) };
    let mut row = Row::new(month, resource.kind.service, "Usage of the month", amounts).attributed(&around);
    row.scope = Some(resource.scope);
    row.region = Some(resource.region);
    row.resource_id = Some(billed_id(estate, resource, bare));
    row.resource_name = rng.chance(600).then(|| resource.name.clone());
    row.resource_type = Some(resource.kind.billed_as);
    row.tags = tags::text(cloud, &written, rng.chance(300));
    row.commitment = committed.then_some(("savings-plan-4711", "Used"));
    each(&row);
    row.commitment = None;
    if rng.chance(120) {
        let day = month.start() + DAY * i64::try_from(rng.below(27)).unwrap_or(0);
        row.charge = (day, day + DAY);
        row.description = "Data transfer out";
        row.amounts = priced(cloud, list * 3 / 100, false);
        each(&row);
    }
    if position > 0 && position + 1 == estate.spec().bill_months && rng.chance(25) {
        let before = Month(month.0 - 1);
        row.charge = (before.start(), before.end());
        row.class = Some("Correction");
        row.description = "Refund after a price correction";
        row.amounts = Amounts::flat(-cut(amounts.effective / 10, cloud.decimals()));
        each(&row);
    }
}

/// The four measures of a list price; a committed resource is paid for by the commitment.
pub fn priced(cloud: Cloud, list: Units, committed: bool) -> Amounts {
    let places = cloud.decimals();
    let contracted = cut(list * [95, 90, 97][cloud as usize] / 100, places);
    let effective = if committed { cut(contracted * 62 / 100, places) } else { contracted };
    Amounts { billed: if committed { 0 } else { effective }, effective, list: cut(list, places), contracted }
}

/// The id as the bill has it: on AWS sometimes bare, on Azure in lower case, on Google sometimes with the project's number.
fn billed_id(estate: &Estate, resource: &Resource, other: bool) -> String {
    let id = &resource.id;
    let scope = &estate.scopes()[resource.scope];
    match resource.cloud {
        Cloud::Aws if other && (resource.kind.native.starts_with("ec2:") || resource.kind.native.starts_with("s3:")) => {
            id.rsplit(['/', ':']).next().unwrap_or(id).to_owned()
        }
        Cloud::Azure => id.to_lowercase(),
        Cloud::Gcp if other => id.replace(&format!("/projects/{}/", scope.id), &format!("/projects/{}/", scope.number)),
        Cloud::Aws | Cloud::Gcp => id.clone(),
    }
}
