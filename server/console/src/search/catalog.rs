//! The table of actions and pages that the search offers, with other words under which people look
//! for them.
//!
//! A result leads to a page on which the person confirms or carries out the action, so that
//! following the result changes nothing. The exceptions are controls of the menu, which a script
//! presses.

use super::action::{Action, action, ranked};
use crate::keys::BY_RULE;
use app::Page;
use domain::Role;

const fn anyone(_: Role) -> bool {
    true
}

const fn manages_members(role: Role) -> bool {
    role.may_manage(Role::Viewer)
}

const fn is_owner(role: Role) -> bool {
    matches!(role, Role::Owner)
}

const KEYS: fn(Role) -> bool = Role::may_manage_keys;
const ACCOUNT: fn(Role) -> bool = Role::may_manage_account;
const EMERGENCY: fn(Role) -> bool = Role::may_use_emergency_controls;

const ACTIVE_KEYS: &str = "/keys?status=active";
const ADD_NAME: &str = "Add the name of a key, or select one in the list";
const SELECT_MEMBER: &str = "Select the member";
const FACTOR: &str = "/account#second-factor";
const THEME: &str = "/search#theme";
const IN_MENU: &str = "In the menu";
const THEME_WORDS: &str = "dark light mode night appearance colors colours design";

const ACTIONS: &[Action] = &[
    action(
        Page::NewKey.name(),
        Page::NewKey.path(),
        "new add make generate issue token secret",
        KEYS,
    )
    .frequent(),
    action(
        Page::FoundKey.name(),
        Page::FoundKey.path(),
        "find look leaked whose which owner belongs",
        anyone,
    )
    .frequent(),
    action(
        Page::Import.name(),
        Page::Import.path(),
        "upload inventory csv feed file spreadsheet excel stock vehicles products",
        KEYS,
    )
    .frequent(),
    action(
        Page::Invite.name(),
        Page::Invite.path(),
        "add new user person people colleague teammate invitation",
        manages_members,
    )
    .frequent(),
    action(
        "Rotate an API key",
        ACTIVE_KEYS,
        "renew replace roll regenerate refresh new secret keys",
        KEYS,
    )
    .detail(ADD_NAME),
    action(
        "Edit an API key",
        ACTIVE_KEYS,
        "change update rename name note permissions scopes extend expiration expiry rate limit \
         burst allowed ips addresses allowlist whitelist keys",
        KEYS,
    )
    .detail(ADD_NAME),
    action(
        "Pause an API key",
        ACTIVE_KEYS,
        "disable suspend stop hold deactivate block keys",
        KEYS,
    )
    .detail(ADD_NAME),
    action(
        "Resume an API key",
        "/keys?status=paused",
        "unpause enable restart reactivate continue paused keys",
        KEYS,
    )
    .detail(ADD_NAME),
    action(
        "Revoke an API key",
        ACTIVE_KEYS,
        "delete remove cancel disable block stop leaked compromised several keys",
        KEYS,
    )
    .detail(ADD_NAME),
    action(
        "Look up a request ID",
        Page::Requests.path(),
        "find explain response error why failed",
        anyone,
    ),
    action(
        "Export the inventory",
        Page::Inventory.path(),
        "download backup items csv json lines excel spreadsheet",
        anyone,
    ),
    action(
        "Export leads",
        Page::Leads.path(),
        "download backup contacts csv json lines excel spreadsheet",
        anyone,
    ),
    action(
        "Export the audit log",
        Page::Audit.path(),
        "download backup history events csv json lines excel spreadsheet",
        anyone,
    ),
    action(
        "Change your password",
        "/account#own-password",
        "new passphrase login credentials",
        anyone,
    ),
    action(
        "Two-factor authentication",
        FACTOR,
        "2fa mfa otp totp authenticator app second security login codes set up turn on off enable \
         disable",
        anyone,
    ),
    action(
        "Recovery codes",
        FACTOR,
        "new backup renew lost phone 2fa mfa",
        anyone,
    ),
    action(
        "End your sessions",
        "/account#sessions",
        "devices browsers signed in sign out logged log logout everywhere other",
        anyone,
    )
    .detail("See where you're signed in"),
    action("Dark theme", THEME, THEME_WORDS, anyone)
        .detail(IN_MENU)
        .press("#theme option[value=dark]"),
    action("Light theme", THEME, THEME_WORDS, anyone)
        .detail(IN_MENU)
        .press("#theme option[value=light]"),
    action("System theme", THEME, THEME_WORDS, anyone)
        .detail(IN_MENU)
        .press("#theme option[value=system]"),
    action(
        "Change a member's role",
        Page::Team.path(),
        "promote demote admin owner viewer user permissions",
        manages_members,
    )
    .detail(SELECT_MEMBER),
    action(
        "Reset a member's password",
        Page::Team.path(),
        "forgot forgotten lost locked user 2fa mfa two-factor",
        manages_members,
    )
    .detail(SELECT_MEMBER),
    action(
        "End a member's sessions",
        Page::Team.path(),
        "sign out log logout user devices",
        manages_members,
    )
    .detail(SELECT_MEMBER),
    action(
        "Deactivate a member",
        Page::Team.path(),
        "remove delete disable block offboard suspend user person",
        manages_members,
    )
    .detail(SELECT_MEMBER),
    action(
        "Require two-factor authentication",
        "/team#second-factor",
        "2fa mfa second enforce everyone policy",
        ACCOUNT,
    ),
    action(
        "Transfer ownership",
        Page::Team.path(),
        "over hand owner account give",
        is_owner,
    )
    .detail(SELECT_MEMBER),
    action(
        "Change the time zone",
        "/settings#time-zone",
        "timezone clock utc local hours",
        ACCOUNT,
    ),
    action(
        "Change the default currency",
        "/settings#currency",
        "price prices euro dollar",
        ACCOUNT,
    ),
    action(
        "Change the account's rate limit",
        "/settings#limit",
        "requests per second burst throttling 429",
        ACCOUNT,
    ),
    action(
        "Rename the account",
        "/settings#account",
        "company team name change",
        ACCOUNT,
    ),
    action(
        "Require expiration of new keys",
        "/settings#new-keys",
        "expiry lifetime maximum days policy",
        ACCOUNT,
    ),
    action(
        "Quotas and usage",
        "/settings#quotas",
        "limits storage plan data",
        anyone,
    ),
    action(
        "Sign out",
        "/account#sessions",
        "log logout leave exit",
        anyone,
    )
    .detail(IN_MENU)
    .press("form[action=\"/sign-out\"] button"),
    action(
        "Keyboard shortcuts",
        "/search#shortcuts",
        "hotkeys help",
        anyone,
    )
    .frequent(),
    action(
        "Stop the creation of keys",
        "/settings#emergency",
        "emergency danger block freeze lock create turn off",
        EMERGENCY,
    )
    .drastic(),
    action(
        Page::RevokeAll.name(),
        Page::RevokeAll.path(),
        "emergency danger delete remove every",
        EMERGENCY,
    )
    .detail("Can't be undone")
    .drastic(),
];

/// Returns the actions that match the typed words and that this role allows, the best first. The
/// lists of keys are among them.
pub fn matching(typed: &[String], role: Role) -> Vec<Action> {
    let lists = BY_RULE.map(|list| action(list.name, list.href, list.words, anyone));
    let actions = ACTIONS.iter().copied().chain(lists);
    let allowed = actions.filter(|action| (action.is_allowed)(role));
    ranked(allowed, typed)
}

/// Returns the pages of the menu that match the typed words, the best first. Each is an action that
/// every role allows.
pub fn pages(typed: &[String]) -> Vec<Action> {
    let in_menu = Page::ALL.iter().filter(|page| page.icon().is_some());
    let pages = in_menu.chain([&Page::Account]);
    let pages =
        pages.map(|page| action(page.name(), page.path(), page_words(*page), anyone).frequent());
    ranked(pages, typed)
}

/// Returns other words for a page of the menu, in lower case.
const fn page_words(page: Page) -> &'static str {
    match page {
        Page::Dashboard => "home overview start statistics usage charts",
        Page::Keys => "tokens secrets credentials",
        Page::Requests => "rejected errors logs failed 401 403 429",
        Page::Inventory => "items stock vehicles products cars",
        Page::Leads => "contacts inquiries enquiries customers crm",
        Page::Docs => "documentation reference openapi curl help",
        Page::Audit => "history events activity changes who",
        Page::Team => "members users people colleagues roles invitations",
        Page::Settings => "preferences configuration account timezone currency",
        Page::Account => "profile me email",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(typed: &str, role: Role) -> Vec<&'static str> {
        let typed: Vec<_> = typed.split(' ').map(str::to_owned).collect();
        let actions = matching(&typed, role).into_iter();
        actions.map(|action| action.text).collect()
    }

    #[test]
    fn actions_are_found_by_the_words_that_people_type() {
        for (typed, text) in [
            ("revoke", "Revoke an API key"),
            ("delete key", "Revoke an API key"),
            ("rotate", "Rotate an API key"),
            ("rename", "Edit an API key"),
            ("disable", "Pause an API key"),
            ("2fa", "Two-factor authentication"),
            ("mfa", "Two-factor authentication"),
            ("two factor", "Two-factor authentication"),
            ("authenticator", "Two-factor authentication"),
            ("backup codes", "Recovery codes"),
            ("password", "Change your password"),
            ("invite", "Invite a member"),
            ("add user", "Invite a member"),
            ("upload csv", "Import items"),
            ("export", "Export leads"),
            ("dark mode", "Dark theme"),
            ("theme", "Light theme"),
            ("sessions", "End your sessions"),
            ("log out", "Sign out"),
            ("timezone", "Change the time zone"),
            ("time zone", "Change the time zone"),
            ("unused", "API keys unused for 30 days"),
        ] {
            let found = found(typed, Role::Owner);
            assert!(found.contains(&text), "{typed}: {found:?}");
        }
    }

    #[test]
    fn actions_that_begin_with_the_typed_text_are_first() {
        for (typed, first) in [
            ("re", "Resume an API key"),
            ("rev", "Revoke an API key"),
            ("export", "Export the inventory"),
            ("key", "Keyboard shortcuts"),
            ("create", "Create API Key"),
        ] {
            assert_eq!(found(typed, Role::Owner)[0], first, "{typed}");
        }
    }

    #[test]
    fn action_that_affects_all_keys_is_last() {
        for typed in ["revoke", "keys", "delete", "re"] {
            let found = found(typed, Role::Owner);
            assert_eq!(found.last(), Some(&"Revoke all API keys"), "{typed}");
            assert!(found.len() > 1, "{typed}: {found:?}");
        }
    }

    #[test]
    fn viewer_is_offered_nothing_that_changes_the_account() {
        for typed in ["revoke", "rotate", "invite", "timezone", "role", "creation"] {
            assert_eq!(found(typed, Role::Viewer), Vec::<&str>::new(), "{typed}");
        }
        assert_eq!(found("transfer", Role::Admin), Vec::<&str>::new());
        assert_eq!(found("password", Role::Viewer), ["Change your password"]);
    }

    #[test]
    fn words_are_in_lower_case_and_addresses_are_those_of_pages() {
        for action in ACTIONS {
            assert_eq!(action.words, action.words.to_lowercase(), "{}", action.text);
            let path = action.href.split(['?', '#']).next().unwrap();
            assert_ne!(Page::at(path), Page::NotFound, "{}", action.href);
        }
    }
}
