//! S3 buckets: listed once for an account, and asked for their tags in the Region of each.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>

use super::Service;
use super::list::one_kind;
use super::lists::moment;
use super::tags::Tags;
use crate::live::place::{Place, tag};
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_bucket_tagging::GetBucketTaggingError;
use aws_sdk_s3::types::{Bucket, Tag};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tagledger_collect::{Asked, CollectorInfo, Operation, Outlet, pages};
use tagledger_model::{Observed, RawResource, RawTag, Text};

const LIST_BUCKETS: Operation = Operation { name: "ListBuckets", permission: "s3:ListAllMyBuckets", rate: None };
const GET_TAGGING: Operation = Operation { name: "GetBucketTagging", permission: "s3:GetBucketTagging", rate: None };

static INFO: CollectorInfo = one_kind("aws.s3.list-buckets", "Buckets, tagged or not.", &[LIST_BUCKETS, GET_TAGGING]);

/// A number makes the service say the Region of each bucket too.
const PAGE: i32 = 1000;

/// Where a bucket is, in the answer of any other Region: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html>.
const REGION: &str = "x-amz-bucket-region";

pub(super) struct Buckets;

impl Service for Buckets {
    fn info(&self) -> &'static CollectorInfo {
        &INFO
    }

    fn read<'a>(&'a self, place: &'a Place, out: &'a Outlet) -> Asked<'a, ()> {
        Box::pin(async move {
            let (clients, tags) = (Clients { place, by_region: Mutex::default() }, Tags::new(place, out));
            pages(out, |token| {
                let call = clients.at(&place.region).list_buckets().max_buckets(PAGE).set_continuation_token(token).send();
                let (clients, tags) = (&clients, &tags);
                async move {
                    let page = place.ask(&LIST_BUCKETS, call).await?;
                    let wanted = page.buckets().iter().filter(|bucket| bucket.bucket_region().is_none_or(|region| place.session.wants(region)));
                    let asking = wanted.filter_map(|bucket| Some((resource(place, bucket)?, clients.ask(bucket))));
                    Ok((tags.of(asking.collect()).await, page.continuation_token.clone()))
                }
            })
            .await
        })
    }
}

/// Where a bucket is unknown, its Region stays unknown: older servers do not say it.
fn resource(place: &Place, bucket: &Bucket) -> Option<RawResource> {
    let mut resource = place.resource(INFO.id, &format!("arn:{}:s3:::{}", place.session.partition, bucket.name()?), Observed::Unknown);
    resource.region = bucket.bucket_region().map(Text::new);
    resource.created = bucket.creation_date().map(moment);
    Some(resource)
}

/// A client for each Region that has a bucket.
struct Clients<'a> {
    place: &'a Place,
    by_region: Mutex<HashMap<String, Client>>,
}

type Tagging = Result<Vec<Tag>, SdkError<GetBucketTaggingError>>;

impl<'a> Clients<'a> {
    fn at(&self, region: &str) -> Client {
        let mut by_region = self.by_region.lock().unwrap_or_else(PoisonError::into_inner);
        let client = || {
            let config = self.place.session.at(region);
            Client::from_conf(Builder::from(&config).force_path_style(is_elsewhere(&config)).build())
        };
        by_region.entry(region.to_owned()).or_insert_with(client).clone()
    }

    fn ask(&'a self, bucket: &'a Bucket) -> Asked<'a, Vec<RawTag>> {
        let region = bucket.bucket_region().unwrap_or(&self.place.region);
        let name = bucket.name().unwrap_or_default();
        Box::pin(async move {
            let tags = self.place.ask(&GET_TAGGING, self.tagging(region, name)).await?;
            Ok(tags.iter().filter_map(|t| tag(Some(t.key()), Some(t.value()))).collect())
        })
    }

    /// Follows the bucket once to where it is.
    async fn tagging(&self, region: &str, name: &str) -> Tagging {
        let answer = self.tagging_at(region, name).await;
        let there = answer.as_ref().err().and_then(SdkError::raw_response).and_then(|answer| answer.headers().get(REGION));
        match there.filter(|there| *there != region).map(str::to_owned) {
            Some(there) => self.tagging_at(&there, name).await,
            None => answer,
        }
    }

    /// A bucket without tags answers with an error.
    async fn tagging_at(&self, region: &str, name: &str) -> Tagging {
        match self.at(region).get_bucket_tagging().bucket(name).send().await {
            Ok(answer) => Ok(answer.tag_set),
            Err(error) if error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("NoSuchTagSet") => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

/// Another server than AWS's has no host for each bucket.
fn is_elsewhere(config: &SdkConfig) -> bool {
    config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::place::here;

    #[test]
    fn a_bucket_is_in_its_own_region_or_nobody_knows_where() {
        let found = resource(&here(), &Bucket::builder().name("shop-data").bucket_region("ap-south-1").build()).unwrap();
        assert_eq!((found.id.canonical.as_str(), found.kind.as_str(), found.region.as_deref()), ("arn:aws:s3:::shop-data", "s3:bucket", Some("ap-south-1")));
        assert_eq!(found.scope, "111122223333");
        let found = resource(&here(), &Bucket::builder().name("shop-data").build()).unwrap();
        assert_eq!((found.region, found.tags), (None, Observed::Unknown));
    }
}
