//! Refused forms, as their pages show them again.

use app::components::Problem;
use domain::{Failure, Field, FieldError};

/// A refused form as it was submitted, and the reason.
#[derive(Debug, Clone)]
pub struct Refused<F> {
    pub form: F,
    pub failure: Failure,
}

impl<F> Refused<F> {
    /// Splits the form from the failure, for a page with or without a refusal.
    pub fn parts(refused: Option<Self>, initial: impl FnOnce() -> F) -> (F, Option<Failure>) {
        match refused {
            Some(Self { form, failure }) => (form, Some(failure)),
            None => (initial(), None),
        }
    }

    /// Like [`Refused::parts`], with the problem that the page shows.
    pub fn split(refused: Option<Self>, initial: impl FnOnce() -> F) -> (F, Option<Problem>) {
        let (form, failure) = Self::parts(refused, initial);
        (form, failure.map(problem))
    }
}

/// Returns the problem that the page of a refused form shows. The member has a session by then, so
/// a form that was refused without one is a kept form.
pub fn problem(failure: Failure) -> Problem {
    match failure {
        Failure::SignedOut => Problem::broken(
            "Your session ended before this form was saved. Check your entries, then send the form again."
                .to_owned(),
        ),
        failure => failure.into(),
    }
}

/// Returns the problem that the page of a refused form with a password shows.
///
/// `secrets` are the fields, in the order of the form, that no page contains again. They come back
/// empty whatever was refused, so each of them is an invalid field, which the notice at the top
/// lists with the others.
pub fn problem_with_secrets(failure: Failure, secrets: &[Field]) -> Problem {
    const AGAIN: &str = " We never send a password back to a page, so enter it again.";
    let again = |field: Field| FieldError {
        field,
        message: match field {
            Field::Code => "Enter the code again.".to_owned(),
            _ => "Enter the password again.".to_owned(),
        },
    };
    match failure {
        // The change may have been made, so sending the form again is not the next step.
        Failure::OutcomeUnknown => failure.into(),
        Failure::Invalid { errors } => {
            let (mut refused, mut errors): (Vec<_>, Vec<_>) = errors
                .into_iter()
                .partition(|error| secrets.contains(&error.field));
            let is_complete = refused.len() == secrets.len();
            errors.extend(secrets.iter().map(|field| {
                let own = refused.iter().position(|error| error.field == *field);
                own.map_or_else(|| again(*field), |index| refused.swap_remove(index))
            }));
            let mut problem = Problem::from(Failure::Invalid { errors });
            if !is_complete {
                problem.message.push_str(AGAIN);
            }
            problem
        }
        failure => {
            let mut problem = Problem::from(failure);
            problem.message.push_str(AGAIN);
            for field in secrets {
                problem.push(again(*field));
            }
            problem
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRETS: [Field; 2] = [Field::OldPassword, Field::Password];

    #[test]
    fn refused_form_lists_each_emptied_field_once_after_the_others() {
        let failure = Failure::Invalid {
            errors: [Field::Password, Field::Email]
                .map(|field| FieldError {
                    field,
                    message: "Wrong.".to_owned(),
                })
                .into(),
        };
        let problem = problem_with_secrets(failure, &SECRETS);
        assert_eq!(problem.at(Field::Email).as_deref(), Some("Wrong."));
        assert_eq!(problem.at(Field::Password).as_deref(), Some("Wrong."));
        let again = problem.at(Field::OldPassword);
        assert_eq!(again.as_deref(), Some("Enter the password again."));
        let message = problem.message;
        assert!(message.starts_with("Fix the 3 highlighted fields. "));
        // The notice reports nothing more if each of them has an error of its own.
        let failure = Failure::field(Field::Password, "Wrong.");
        let problem = problem_with_secrets(failure, &SECRETS[1..]);
        assert_eq!(problem.message, "Fix the highlighted field.");
    }

    #[test]
    fn failure_without_a_field_asks_for_the_password_unless_the_outcome_is_unknown() {
        let problem = problem_with_secrets(Failure::Unavailable, &SECRETS);
        assert!(problem.message.ends_with(" so enter it again."));
        assert!(SECRETS.iter().all(|field| problem.at(*field).is_some()));
        let problem = problem_with_secrets(Failure::OutcomeUnknown, &SECRETS);
        assert_eq!(problem.message, Failure::OutcomeUnknown.message());
        assert!(SECRETS.iter().all(|field| problem.at(*field).is_none()));
    }
}
