//! Sentences about members.

use domain::Role;

/// Describes the role that another member has given in the meantime.
pub fn changed_role(role: Role) -> String {
    format!("The role is now {}.", role.as_str())
}
