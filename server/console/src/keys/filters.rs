//! Saved views and filters of the API Keys page. Each of them is a link that applies the filter.

use super::address::first_page;
use super::named_lists::in_days;
use domain::{FilterMenu, KeyOrder, KeyQuery, KeyStatus, ListLink, Scope};
use service::keys::MAX_IN_VIEW;
use service::store::KeyViewCounts;

/// Days without use that the filter offers.
const UNUSED: [&str; 4] = ["30", "60", "90", "365"];
/// Days until the expiry that the filter offers.
const EXPIRES: [&str; 4] = ["1", "7", "30", "90"];

/// Returns the saved views with their numbers of keys.
pub fn views(query: &KeyQuery, counts: KeyViewCounts) -> Vec<ListLink> {
    let view = |text: &str, count: u32, field: &str, value: &str| {
        let mut filter = KeyQuery::default();
        filter.set(field, value.to_owned());
        ListLink {
            text: text.to_owned(),
            href: first_page(&filter).to_string(),
            count: Some(capped(count)),
            is_current: same_filter(&filter, query),
        }
    };
    vec![
        view("All", counts.all, "status", ""),
        view(
            "Active",
            counts.active,
            "status",
            KeyStatus::Active.as_str(),
        ),
        view("Expiring", counts.expiring, "expires", "30"),
        view("Unused for 30 days", counts.unused, "unused", "30"),
        view(
            "Needs attention",
            counts.need_attention,
            "status",
            KeyQuery::NEEDS_ATTENTION,
        ),
    ]
}

/// Explains which keys the list contains, if the filter alone does not show that.
pub fn explanation(query: &KeyQuery) -> Option<String> {
    if query.status == KeyQuery::NEEDS_ATTENTION {
        return Some(
            "Active and paused keys that expire within 7 days (unless a new key replaces them), were neither used nor created in the last 30 days, or were used \
             from a new network in the last 7 days; and revoked or expired keys that were used in the last 7 days. Rejected \
             requests with active keys are under Requests."
                .to_owned(),
        );
    }
    let is_idle = !query.unused.is_empty() && query.unused != KeyQuery::NEVER_USED;
    is_idle.then(|| {
        let days = in_days(&query.unused);
        format!("Active and paused keys that were neither used nor created in the last {days}.")
    })
}

/// Formats a number such as `12`, or `99+`, since counting stops there.
fn capped(count: u32) -> String {
    if count > MAX_IN_VIEW {
        format!("{MAX_IN_VIEW}+")
    } else {
        count.to_string()
    }
}

/// Whether two queries restrict the list in the same way, in any order and on any page.
fn same_filter(one: &KeyQuery, other: &KeyQuery) -> bool {
    let filter = |query: &KeyQuery| KeyQuery {
        sort: String::new(),
        cursor: String::new(),
        ..query.clone()
    };
    filter(one) == filter(other)
}

/// Returns the filters with their choices, and the order. `creators` are the ids and addresses of
/// the members by whose keys the list can be filtered.
pub fn menus(query: &KeyQuery, creators: &[(String, String)]) -> Vec<FilterMenu> {
    let menu = |name: &'static str, label: &'static str, choices: Vec<(String, String)>| {
        let value = field(query, name);
        let chosen = choices.iter().find(|(choice, _)| choice == value);
        let current = (!value.is_empty()).then(|| {
            let text = match chosen {
                Some((_, text)) => text.clone(),
                None if name == "unused" => unused_for(value),
                None if name == "expires" => in_days(value),
                None => value.to_owned(),
            };
            (text, first_page(query).without(name).to_string())
        });
        let links = choices.iter().map(|(choice, text)| ListLink {
            text: text.clone(),
            href: first_page(query).with(name, choice).to_string(),
            count: None,
            is_current: choice == value,
        });
        FilterMenu {
            name,
            label,
            current,
            choices: links.collect(),
        }
    };
    let own = |text: &str| (text.to_owned(), text.to_owned());
    let statuses = [
        KeyStatus::Active,
        KeyStatus::Paused,
        KeyStatus::Expired,
        KeyStatus::Revoked,
    ]
    .map(|status| (status.as_str().to_owned(), status.label().to_owned()));
    let states = [
        (KeyQuery::DEAD_IN_USE, "Revoked or expired but in use"),
        (KeyQuery::NEEDS_ATTENTION, "Needs attention"),
    ]
    .map(|(value, label)| (value.to_owned(), label.to_owned()));
    let expires = EXPIRES.map(|days| (days.to_owned(), in_days(days)));
    let unused = UNUSED.map(|days| (days.to_owned(), unused_for(days)));
    let never = (KeyQuery::NEVER_USED.to_owned(), "Never used".to_owned());
    let orders = KeyOrder::ALL.map(|(text, _, _, label)| (text.to_owned(), label.to_owned()));
    vec![
        menu(
            "status",
            "Status",
            statuses.into_iter().chain(states).collect(),
        ),
        menu(
            "scope",
            "Permission",
            Scope::ALL.map(|scope| own(scope.as_str())).to_vec(),
        ),
        menu("creator", "Created by", creators.to_vec()),
        menu(
            "unused",
            "Usage",
            [never].into_iter().chain(unused).collect(),
        ),
        menu("expires", "Expires within", expires.to_vec()),
        menu("sort", "Sort by", orders.to_vec()),
    ]
}

fn unused_for(days: &str) -> String {
    format!("Unused for {}", in_days(days))
}

fn field<'a>(query: &'a KeyQuery, name: &str) -> &'a str {
    let fields = query.fields();
    fields
        .into_iter()
        .find(|(field, _)| *field == name)
        .map_or("", |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(change: impl FnOnce(&mut KeyQuery)) -> KeyQuery {
        let mut query = KeyQuery::default();
        change(&mut query);
        query
    }

    fn current(query: &KeyQuery) -> Vec<String> {
        let views = views(query, KeyViewCounts::default())
            .into_iter()
            .filter(|view| view.is_current);
        views.map(|view| view.text).collect()
    }

    #[test]
    fn view_is_current_if_exactly_its_filter_applies() {
        assert_eq!(current(&query(|_| {})), ["All"]);
        assert_eq!(current(&query(|query| query.sort = "name".into())), ["All"]);
        assert_eq!(
            current(&query(|query| query.unused = "30".into())),
            ["Unused for 30 days"]
        );
        let searched = query(|query| {
            query.unused = "30".into();
            query.q = "crm".into();
        });
        assert_eq!(current(&searched), [""; 0]);
    }

    #[test]
    fn counts_of_views_are_capped() {
        let counts = KeyViewCounts {
            all: 100,
            active: 99,
            ..KeyViewCounts::default()
        };
        let views = views(&KeyQuery::default(), counts).into_iter();
        let counts: Vec<_> = views.filter_map(|view| view.count).collect();
        assert_eq!(counts, ["99+", "99", "0", "0", "0"]);
    }

    #[test]
    fn choice_keeps_the_other_filters_and_returns_to_the_first_page() {
        let query = query(|query| {
            query.q = "crm sync".into();
            query.scope = "leads:read".into();
            query.sort = "-used".into();
            query.cursor = "somewhere".into();
        });
        let menus = menus(&query, &[("m1".into(), "ada@example.com".into())]);
        let paused = &menus[0].choices[1];
        assert_eq!(
            paused.href,
            "/keys?q=crm+sync&status=paused&scope=leads%3Aread&sort=-used"
        );
        assert_eq!(menus[0].current, None);
        let (text, clear) = menus[1].current.clone().unwrap();
        assert_eq!(text, "leads:read");
        assert_eq!(clear, "/keys?q=crm+sync&sort=-used");
        assert_eq!(menus[2].choices[0].text, "ada@example.com");
    }

    #[test]
    fn number_of_days_that_is_not_offered_is_shown_with_its_unit() {
        let menus = menus(&query(|query| query.expires = "45".into()), &[]);
        assert_eq!(menus[4].current.clone().unwrap().0, "45 days");
    }

    #[test]
    fn use_is_filtered_by_days_or_by_keys_that_were_never_used() {
        let current = |value: &str| {
            let query = query(|query| query.unused = value.into());
            let menus = menus(&query, &[]);
            menus[3].current.clone().unwrap().0
        };
        assert_eq!(current("never"), "Never used");
        assert_eq!(current("30"), "Unused for 30 days");
        assert_eq!(current("45"), "Unused for 45 days");
    }

    #[test]
    fn lists_whose_filter_is_a_rule_explain_the_rule() {
        let explained = |field: &str, value: &str| {
            let query = query(|query| query.set(field, value.to_owned()));
            explanation(&query).unwrap_or_default()
        };
        assert!(explained("status", "attention").contains("expire within 7 days"));
        assert!(explained("unused", "60").contains("neither used nor created in the last 60 days"));
        for (field, value) in [("status", "active"), ("unused", "never"), ("q", "crm")] {
            assert_eq!(explained(field, value), "", "{field}={value}");
        }
    }
}
