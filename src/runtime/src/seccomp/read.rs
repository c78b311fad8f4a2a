//! Profiles as others write them: in an OCI specification, and in the JSON
//! form that `--security-opt seccomp=FILE` takes.

use super::{Action, Comparison, Condition, Profile, Rule};
use crate::request::CapabilitySet;
use oci_spec::runtime::{LinuxSeccomp, LinuxSeccompAction, LinuxSeccompOperator};
use serde::Deserialize;

/// A profile that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Not JSON, or not of the right shape.
    #[error("decoding seccomp profile failed: {0}")]
    Json(String),
    /// A word that is not one of the known ones.
    #[error("unknown {what} {word:?}")]
    Word {
        /// What was to be named.
        what: &'static str,
        /// What was found.
        word: String,
    },
    /// A call has six arguments.
    #[error("argument index {0} is out of range")]
    Argument(u64),
}

impl Profile {
    /// Reads the section of an OCI specification.
    ///
    /// # Errors
    /// Actions that need a listener, arguments out of range.
    pub fn from_spec(section: &LinuxSeccomp) -> Result<Self, ReadError> {
        let default = action(section.default_action(), section.default_errno_ret())?;
        let mut rules = Vec::new();
        for call in section.syscalls().iter().flatten() {
            let mut conditions = Vec::new();
            for argument in call.args().iter().flatten() {
                let comparison = match argument.op() {
                    LinuxSeccompOperator::ScmpCmpNe => Comparison::NotEqual,
                    LinuxSeccompOperator::ScmpCmpLt => Comparison::Less,
                    LinuxSeccompOperator::ScmpCmpLe => Comparison::LessOrEqual,
                    LinuxSeccompOperator::ScmpCmpEq => Comparison::Equal,
                    LinuxSeccompOperator::ScmpCmpGe => Comparison::GreaterOrEqual,
                    LinuxSeccompOperator::ScmpCmpGt => Comparison::Greater,
                    LinuxSeccompOperator::ScmpCmpMaskedEq => Comparison::Masked(argument.value()),
                };
                let value = match comparison {
                    Comparison::Masked(_) => argument.value_two().unwrap_or(0),
                    _ => argument.value(),
                };
                conditions.push(condition(argument.index() as u64, comparison, value)?);
            }
            rules.push(Rule {
                names: call.names().clone(),
                action: action(call.action(), call.errno_ret())?,
                conditions,
                needs: CapabilitySet::EMPTY,
                unless: CapabilitySet::EMPTY,
            });
        }
        Ok(Self { default, rules })
    }

    /// Reads Docker's JSON form, with `includes` and `excludes`.
    ///
    /// # Errors
    /// What is not understood.
    pub fn from_docker_json(text: &str) -> Result<Self, ReadError> {
        let file: DockerProfile =
            serde_json::from_str(text).map_err(|error| ReadError::Json(error.to_string()))?;
        let default = docker_action(&file.default_action, file.default_errno_ret)?;
        let entries = file
            .syscalls
            .into_iter()
            .filter(DockerRule::concerns_this_machine);
        let rules = entries.map(DockerRule::read).collect::<Result<_, _>>()?;
        Ok(Self { default, rules })
    }
}

fn condition(index: u64, comparison: Comparison, value: u64) -> Result<Condition, ReadError> {
    let argument = u8::try_from(index).ok().filter(|index| *index < 6);
    let argument = argument.ok_or(ReadError::Argument(index))?;
    Ok(Condition {
        argument,
        comparison,
        value,
    })
}

fn action(action: LinuxSeccompAction, errno: Option<u32>) -> Result<Action, ReadError> {
    docker_action(&action.to_string(), errno)
}

fn docker_action(word: &str, errno: Option<u32>) -> Result<Action, ReadError> {
    // EPERM unless said otherwise, as libseccomp's users have it.
    let errno = errno.unwrap_or(1) as u16;
    Ok(match word {
        "SCMP_ACT_ALLOW" => Action::Allow,
        "SCMP_ACT_ERRNO" => Action::Errno(errno),
        "SCMP_ACT_KILL" | "SCMP_ACT_KILL_THREAD" => Action::KillThread,
        "SCMP_ACT_KILL_PROCESS" => Action::KillProcess,
        "SCMP_ACT_TRAP" => Action::Trap,
        "SCMP_ACT_TRACE" => Action::Trace(errno),
        "SCMP_ACT_LOG" => Action::Log,
        other => {
            return Err(ReadError::Word {
                what: "seccomp action",
                word: other.to_owned(),
            });
        }
    })
}

/// `null` stands for nothing in files that Go programs write.
fn nothing<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DockerProfile {
    default_action: String,
    default_errno_ret: Option<u32>,
    #[serde(default, deserialize_with = "nothing")]
    syscalls: Vec<DockerRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DockerRule {
    #[serde(default, deserialize_with = "nothing")]
    names: Vec<String>,
    /// The form of profiles before 2017.
    name: Option<String>,
    action: String,
    errno_ret: Option<u32>,
    #[serde(default, deserialize_with = "nothing")]
    args: Vec<DockerArgument>,
    #[serde(default, deserialize_with = "nothing")]
    includes: DockerFilter,
    #[serde(default, deserialize_with = "nothing")]
    excludes: DockerFilter,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DockerArgument {
    index: u64,
    value: u64,
    #[serde(default)]
    value_two: u64,
    op: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct DockerFilter {
    #[serde(default, deserialize_with = "nothing")]
    caps: Vec<String>,
    #[serde(default, deserialize_with = "nothing")]
    arches: Vec<String>,
}

impl DockerRule {
    /// Go's name of this machine, as the `arches` lists have it.
    const MACHINE: &'static str = if cfg!(target_arch = "x86_64") {
        "amd64"
    } else {
        "arm64"
    };

    fn concerns_this_machine(&self) -> bool {
        let names = |filter: &DockerFilter| filter.arches.iter().any(|arch| arch == Self::MACHINE);
        (self.includes.arches.is_empty() || names(&self.includes)) && !names(&self.excludes)
    }

    fn read(self) -> Result<Rule, ReadError> {
        let set = |names: &[String]| -> Result<CapabilitySet, ReadError> {
            let one = |name: &String| {
                name.parse::<crate::request::Capability>()
                    .map_err(|_| ReadError::Word {
                        what: "capability",
                        word: name.clone(),
                    })
            };
            names.iter().map(one).collect()
        };
        Ok(Rule {
            needs: set(&self.includes.caps)?,
            unless: set(&self.excludes.caps)?,
            action: docker_action(&self.action, self.errno_ret)?,
            conditions: self
                .args
                .iter()
                .map(DockerArgument::read)
                .collect::<Result<_, _>>()?,
            names: self.names.into_iter().chain(self.name).collect(),
        })
    }
}

impl DockerArgument {
    fn read(&self) -> Result<Condition, ReadError> {
        let comparison = match self.op.as_str() {
            "SCMP_CMP_NE" => Comparison::NotEqual,
            "SCMP_CMP_LT" => Comparison::Less,
            "SCMP_CMP_LE" => Comparison::LessOrEqual,
            "SCMP_CMP_EQ" => Comparison::Equal,
            "SCMP_CMP_GE" => Comparison::GreaterOrEqual,
            "SCMP_CMP_GT" => Comparison::Greater,
            "SCMP_CMP_MASKED_EQ" => Comparison::Masked(self.value),
            other => {
                let word = other.to_owned();
                return Err(ReadError::Word {
                    what: "seccomp comparison",
                    word,
                });
            }
        };
        let masked = matches!(comparison, Comparison::Masked(_));
        condition(
            self.index,
            comparison,
            if masked { self.value_two } else { self.value },
        )
    }
}
