//! Which of Microsoft's clouds is asked: the public one, a sovereign one, or one of somebody's own.

use super::settings;
use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core_legacy::Url;
use tagledger_collect::{CollectError, Settings};

/// Where tokens come from, where Resource Manager answers, and for whom tokens are meant.
#[derive(Debug, Clone)]
pub(super) struct Where {
    pub authority: String,
    pub manager: Url,
    /// The scope that a token is asked for.
    pub scope: String,
}

/// <https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure>,
/// <https://learn.microsoft.com/azure/china/resources-developer-guide>
const CLOUDS: &[(&str, &str, &str)] = &[
    (settings::PUBLIC, "https://login.microsoftonline.com", "https://management.azure.com"),
    (settings::US_GOVERNMENT, "https://login.microsoftonline.us", "https://management.usgovcloudapi.net"),
    (settings::CHINA, "https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn"),
];

impl Where {
    pub fn of(settings: &Settings) -> Result<Self, CollectError> {
        let named = settings.text(settings::CLOUD).unwrap_or(settings::PUBLIC);
        let (_, authority, manager) = CLOUDS.iter().find(|(name, ..)| *name == named).unwrap_or(&CLOUDS[0]);
        // What Microsoft's own SDKs read of the environment counts where the file says nothing.
        let from_environment = if settings.has(settings::CLOUD) { None } else { std::env::var("AZURE_AUTHORITY_HOST").ok().filter(|host| !host.is_empty()) };
        let authority = settings.text(settings::AUTHORITY).map(str::to_owned).or(from_environment).unwrap_or_else(|| (*authority).to_owned());
        let manager = settings.text(settings::RESOURCE_MANAGER).unwrap_or(manager).trim_end_matches('/');
        let url = Url::parse(manager).map_err(|error| CollectError::NoCredentials(format!("`{}`: {error}", settings::RESOURCE_MANAGER)))?;
        let audience = settings.text(settings::AUDIENCE).unwrap_or(manager).trim_end_matches('/');
        Ok(Self { authority, manager: url, scope: format!("{audience}/.default") })
    }

    /// The same for the credentials of the SDK.
    pub fn configuration(&self) -> CloudConfiguration {
        let mut custom = CustomConfiguration::default();
        custom.authority_host.clone_from(&self.authority);
        custom.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tagledger_collect::Value;

    #[test]
    fn each_cloud_has_its_own_authority_and_audience() {
        let mut settings = Settings::default();
        settings.set(settings::CLOUD, Value::Text(settings::US_GOVERNMENT.to_owned()));
        let place = Where::of(&settings).unwrap();
        assert_eq!((place.authority.as_str(), place.scope.as_str()), ("https://login.microsoftonline.us", "https://management.usgovcloudapi.net/.default"));
        settings.set(settings::RESOURCE_MANAGER, Value::Text("https://management.local.azurestack.external/".to_owned()));
        settings.set(settings::AUDIENCE, Value::Text("https://management.stack.example/guid".to_owned()));
        let place = Where::of(&settings).unwrap();
        assert_eq!(place.manager.as_str(), "https://management.local.azurestack.external/");
        assert_eq!(place.scope, "https://management.stack.example/guid/.default");
    }
}
