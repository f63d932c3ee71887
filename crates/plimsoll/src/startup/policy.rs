//! What a service does with its database's schema when it starts, and how the environment says so.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The variable that states the policy.
const POLICY: &str = "AUTO_MIGRATE";

/// The variables that name the environment, the first that is set being the one.
const ENVIRONMENTS: [&str; 3] = ["APP_ENV", "ENVIRONMENT", "RUST_ENV"];

/// The names of environments in which a developer expects the schema to follow the code.
const DEVELOPMENT: [&str; 3] = ["dev", "development", "local"];

/// What a service does with its database's schema when it starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Nothing; the deployment runs `upgrade`.
    #[default]
    Never,
    /// It refuses to start when the database is behind.
    Check,
    /// It applies what is pending, one replica at a time.
    Upgrade,
    /// It makes the schema from the models, in an empty database, and records every revision as applied: for tests and demonstrations.
    CreateAll,
}

impl Policy {
    /// Reads `AUTO_MIGRATE`: `never`, `check`, `upgrade` or `create_all`; `true`, `1` and `yes` are `upgrade`, `false`, `0` and `no` are
    /// `never`. Where it is not set, or empty, the environment decides: `APP_ENV`, `ENVIRONMENT` or `RUST_ENV`, the first of them that
    /// is set; `dev`, `development` and `local` upgrade, everything else does not.
    ///
    /// # Errors
    /// When the value is none of these. Nothing is guessed.
    pub fn from_env() -> Result<Self, PolicyError> {
        Self::from_variables(|name| {
            std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })
    }

    /// The same, from wherever variables come from.
    ///
    /// # Errors
    /// As [`Policy::from_env`].
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, PolicyError> {
        let stated = |name| variable(name).filter(|value| !value.trim().is_empty());
        if let Some(value) = stated(POLICY) {
            return value.parse();
        }
        let environment = ENVIRONMENTS.into_iter().find_map(stated);
        let is_development = environment.is_some_and(|name| {
            DEVELOPMENT
                .iter()
                .any(|development| name.trim().eq_ignore_ascii_case(development))
        });
        Ok(if is_development {
            Self::Upgrade
        } else {
            Self::Never
        })
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Check => "check",
            Self::Upgrade => "upgrade",
            Self::CreateAll => "create_all",
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that is no policy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("read {POLICY}: `{value}` is no policy; write never, check, upgrade or create_all")]
pub struct PolicyError {
    /// The word.
    pub value: String,
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "never" | "false" | "0" | "no" => Ok(Self::Never),
            "check" => Ok(Self::Check),
            "upgrade" | "true" | "1" | "yes" => Ok(Self::Upgrade),
            "create_all" => Ok(Self::CreateAll),
            _ => Err(PolicyError {
                value: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &str) -> String {
        let find = |name: &str| {
            let of = |pair: &str| Some(pair.strip_prefix(name)?.strip_prefix('=')?.to_owned());
            variables.split(';').find_map(of)
        };
        match Policy::from_variables(find) {
            Ok(policy) => policy.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_environment_decides_and_nothing_is_guessed() {
        for (variables, policy) in [
            ("", "never"),
            ("APP_ENV=dev", "upgrade"),
            ("ENVIRONMENT=Development", "upgrade"),
            ("RUST_ENV=local", "upgrade"),
            ("APP_ENV=production", "never"),
            ("APP_ENV=devel", "never"),
            ("APP_ENV=staging;RUST_ENV=dev", "never"),
            ("APP_ENV=;RUST_ENV=dev", "upgrade"),
            ("AUTO_MIGRATE=;APP_ENV=dev", "upgrade"),
            ("AUTO_MIGRATE=no;APP_ENV=dev", "never"),
            ("AUTO_MIGRATE=check;APP_ENV=production", "check"),
            ("AUTO_MIGRATE=TRUE", "upgrade"),
            ("AUTO_MIGRATE= 1 ", "upgrade"),
            ("AUTO_MIGRATE=0", "never"),
            ("AUTO_MIGRATE=create_all", "create_all"),
        ] {
            assert_eq!(read(variables), policy, "{variables}");
        }
        insta::assert_snapshot!(read("AUTO_MIGRATE=on;APP_ENV=dev"), @"read AUTO_MIGRATE: `on` is no policy; write never, check, upgrade or create_all");
    }
}
