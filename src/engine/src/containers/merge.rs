//! One configuration out of the image's and the request's, by dockerd's rules.

use std::collections::BTreeMap;

use oci_spec::image::Config as ImageConfig;
use plimsoll_api::container::HealthConfig;
use plimsoll_api::{ContainerConfig, Empty, Words};

use crate::failure::{ApiFailure, ApiResult};

/// The `PATH` of a container whose image sets none.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Fills what the request leaves open from the image.
///
/// # Errors
/// 400 `no command specified` when neither names one.
pub fn merge(config: &mut ContainerConfig, image: &ImageConfig) -> ApiResult<()> {
    if config.user.is_empty() {
        config.user = image.user().clone().unwrap_or_default();
    }
    for port in image.exposed_ports().iter().flatten() {
        if let Ok(port) = port.parse() {
            config.exposed_ports.insert(port, Empty {});
        }
    }
    config.env = Some(merged_env(config.env.take(), image.env().as_deref()));
    let mut labels: BTreeMap<String, String> = image
        .labels()
        .clone()
        .unwrap_or_default()
        .into_iter()
        .collect();
    labels.extend(config.labels.take().unwrap_or_default());
    config.labels = Some(labels);
    merge_command(config, image)?;
    if config.working_dir.is_empty() {
        config.working_dir = image.working_dir().clone().unwrap_or_default();
    }
    let volumes = config.volumes.get_or_insert_default();
    for path in image.volumes().iter().flatten() {
        volumes.insert(path.clone(), Empty {});
    }
    if volumes.is_empty() {
        config.volumes = None;
    }
    if config.stop_signal.is_empty() {
        config.stop_signal = image.stop_signal().clone().unwrap_or_default();
    }
    Ok(())
}

/// The image's health check, with what the request changes about it.
pub fn merge_health(config: &mut ContainerConfig, image: Option<&HealthConfig>) {
    let Some(image) = image else { return };
    let Some(own) = &mut config.healthcheck else {
        config.healthcheck = Some(image.clone());
        return;
    };
    if own.test.is_empty() {
        own.test.clone_from(&image.test);
    }
    for (field, value) in [
        (&mut own.interval, image.interval),
        (&mut own.timeout, image.timeout),
        (&mut own.start_period, image.start_period),
        (&mut own.start_interval, image.start_interval),
        (&mut own.retries, image.retries),
    ] {
        if *field == 0 {
            *field = value;
        }
    }
}

/// An entrypoint of the request drops the image's command; `--entrypoint ""`
/// (one empty word) drops the image's entrypoint.
fn merge_command(config: &mut ContainerConfig, image: &ImageConfig) -> ApiResult<()> {
    let words = |list: &Option<Vec<String>>| list.clone().filter(|l| !l.is_empty()).map(Words);
    let given = |list: &Option<Words>| list.as_ref().is_some_and(|words| !words.is_empty());
    if !given(&config.entrypoint) {
        if !given(&config.cmd) {
            config.cmd = words(image.cmd());
        }
        if config.entrypoint.is_none() {
            config.entrypoint = words(image.entrypoint());
        }
    }
    let cleared = |words: &Words| words.len() == 1 && words[0].is_empty();
    if config
        .entrypoint
        .as_ref()
        .is_some_and(|words| cleared(words) || words.is_empty())
    {
        config.entrypoint = None;
    }
    if !given(&config.entrypoint) && !given(&config.cmd) {
        return Err(ApiFailure::invalid("no command specified"));
    }
    Ok(())
}

/// The request's variables first, then the image's that it does not set, as
/// dockerd orders them. `NAME` alone removes the image's variable.
fn merged_env(request: Option<Vec<String>>, image: Option<&[String]>) -> Vec<String> {
    let name = |entry: &str| entry.split('=').next().unwrap_or_default().to_owned();
    let mut merged = request.unwrap_or_default();
    for entry in image.unwrap_or_default() {
        if !merged.iter().any(|own| name(own) == name(entry)) {
            merged.push(entry.clone());
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use oci_spec::image::ConfigBuilder;

    fn list(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn nginx() -> ImageConfig {
        ConfigBuilder::default()
            .entrypoint(list(&["/entry"]))
            .cmd(list(&["nginx", "-g"]))
            .env(list(&["PATH=/bin", "V=1"]))
            .exposed_ports(list(&["80/tcp"]))
            .build()
            .unwrap()
    }

    fn merged(config: ContainerConfig) -> ContainerConfig {
        let mut config = config;
        merge(&mut config, &nginx()).unwrap();
        config
    }

    #[test]
    fn what_is_open_comes_from_the_image() {
        let config = merged(ContainerConfig::default());
        assert_eq!(config.entrypoint.unwrap().0, list(&["/entry"]));
        assert_eq!(config.cmd.unwrap().0, list(&["nginx", "-g"]));
        assert_eq!(config.exposed_ports.len(), 1);
        assert_eq!(config.volumes, None);
    }

    #[test]
    fn an_entrypoint_of_ones_own_drops_the_images_command() {
        let config = merged(ContainerConfig {
            entrypoint: Some(list(&["sh"]).into()),
            ..ContainerConfig::default()
        });
        assert_eq!(config.cmd, None);
        let cleared = merged(ContainerConfig {
            entrypoint: Some(list(&[""]).into()),
            cmd: Some(list(&["ls"]).into()),
            ..ContainerConfig::default()
        });
        assert_eq!(cleared.entrypoint, None);
        assert_eq!(cleared.cmd.unwrap().0, list(&["ls"]));
    }

    #[test]
    fn variables_of_the_request_win() {
        let config = merged(ContainerConfig {
            env: Some(list(&["V=2", "W=3"])),
            ..ContainerConfig::default()
        });
        assert_eq!(config.env.unwrap(), list(&["V=2", "W=3", "PATH=/bin"]));
    }

    #[test]
    fn no_command_at_all_is_refused() {
        let mut config = ContainerConfig::default();
        let error = merge(&mut config, &ImageConfig::default()).unwrap_err();
        assert_eq!(error.message, "no command specified");
    }
}
