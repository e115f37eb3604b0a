//! The program's environment variables, as they were at the start.

use super::{PUBLIC_VARIABLES, SECRETS, SettingsError};
use std::collections::BTreeMap;
use std::ffi::OsString;
use zeroize::Zeroizing;

/// All variables that begin with `VOXUM_`.
#[derive(Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let server_variables = variables.into_iter().filter_map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            name.starts_with("VOXUM_").then_some((name, value))
        });
        Self(server_variables.collect())
    }

    /// Checks that each variable is a setting with a value.
    ///
    /// # Errors
    /// If a variable is not a setting, is empty or is not UTF-8. A mistyped setting that goes
    /// unnoticed is worse than a failed start.
    pub fn check(&self) -> Result<(), SettingsError> {
        for (name, value) in &self.0 {
            if !setting_names().any(|setting| setting == *name) {
                let nearest = setting_names()
                    .max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)))
                    .unwrap_or_default();
                return Err(SettingsError(format!(
                    "{name} is not a setting; did you mean {nearest}? voxum --help lists all settings"
                )));
            }
            if value.to_str().is_none_or(|text| text.trim().is_empty()) {
                return Err(SettingsError(format!(
                    "{name} is empty or not UTF-8; give it a value or unset it"
                )));
            }
        }
        Ok(())
    }

    /// Returns the value of a secret, from the variable or from the file that its `_FILE` form
    /// names.
    ///
    /// The line break at the end of the file is removed.
    pub(super) fn secret(&self, name: &str) -> Result<Option<Zeroizing<String>>, SettingsError> {
        let file_name = format!("{name}_FILE");
        let text = |value: &OsString| Zeroizing::new(value.to_string_lossy().into_owned());
        match (self.0.get(name), self.0.get(&file_name)) {
            (None, None) => Ok(None),
            (Some(value), None) => Ok(Some(text(value))),
            (Some(_), Some(_)) => Err(SettingsError(format!(
                "{name} and {file_name} are both set; keep one"
            ))),
            (None, Some(path)) => match std::fs::read_to_string(path) {
                Ok(content) => {
                    let content = Zeroizing::new(content);
                    Ok(Some(Zeroizing::new(
                        content.trim_end_matches(['\r', '\n']).to_owned(),
                    )))
                }
                Err(error) => {
                    let path = path.to_string_lossy();
                    Err(SettingsError(format!(
                        "{file_name} names {path}, which cannot be read: {error}"
                    )))
                }
            },
        }
    }
}

fn setting_names() -> impl Iterator<Item = String> {
    let secrets = SECRETS
        .into_iter()
        .flat_map(|name| [name.to_owned(), format!("{name}_FILE")]);
    PUBLIC_VARIABLES
        .into_iter()
        .map(str::to_owned)
        .chain(secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::of(
            variables
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        )
    }

    #[test]
    fn mistyped_variable_is_reported_with_the_nearest_setting() {
        let error = environment(&[("VOXUM_LISEN", "x")]).check().unwrap_err().0;
        assert_eq!(
            error,
            "VOXUM_LISEN is not a setting; did you mean VOXUM_LISTEN? voxum --help lists all settings"
        );
        let error = environment(&[("VOXUM_PEPER_FILE", "x")])
            .check()
            .unwrap_err()
            .0;
        assert_eq!(
            error,
            "VOXUM_PEPER_FILE is not a setting; did you mean VOXUM_PEPPER_FILE? voxum --help lists all settings"
        );
    }

    #[test]
    fn variables_of_other_programs_are_ignored() {
        assert!(
            environment(&[("LEPTOS_SITE_ROOT", ""), ("PATH", "/bin")])
                .check()
                .is_ok()
        );
    }

    #[test]
    fn empty_value_is_rejected() {
        assert!(environment(&[("VOXUM_LISTEN", " ")]).check().is_err());
    }

    #[test]
    fn secret_is_read_from_a_file_and_rejected_if_it_is_set_twice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "swordfish\n").unwrap();
        let path = path.to_str().unwrap();
        let read = |variables: &[(&str, &str)]| environment(variables).secret("VOXUM_PEPPER");
        assert_eq!(
            read(&[("VOXUM_PEPPER_FILE", path)])
                .unwrap()
                .unwrap()
                .as_str(),
            "swordfish"
        );
        assert!(read(&[("VOXUM_PEPPER_FILE", path), ("VOXUM_PEPPER", "x")]).is_err());
        assert!(read(&[("VOXUM_PEPPER_FILE", "/nowhere/at/all")]).is_err());
        assert!(read(&[]).unwrap().is_none());
    }
}
