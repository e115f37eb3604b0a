//! The root of the console.

use crate::browser;
use crate::layout::Layout;
use crate::page::Page;
use crate::pages::{DocsPage, FoundKeyPage, InventoryPage, KeysPage, LeadsPage, NotFoundPage};
use crate::prelude::*;

/// The console, which the server renders into the body and the browser hydrates.
///
/// There is no router in the browser: every page comes from the server, and the module hydrates it.
#[component]
pub fn App() -> impl IntoView {
    browser::receive();
    // Effects run once everything else is in place.
    Effect::new(|_| browser::ready());
    let page = Page::at(&browser::path());
    view! { <Layout page=page>{draw(page)}</Layout> }
}

/// Renders the content of a page.
fn draw(page: Page) -> AnyView {
    #[cfg(feature = "ssr")]
    {
        use crate::pages::{
            AccountPage, AuditPage, BulkPage, DashboardPage, EditKeyPage, FirstCallPage,
            ImportPage, InvitePage, KeyPage, MemberPage, NewKeyPage, RefusalsPage, RevokeAllPage,
            RevokeKeyPage, RotateKeyPage, SecondFactorPage, SettingsPage, SetupPage, SignInPage,
            TeamPage,
        };
        match page {
            Page::Dashboard => return view! { <DashboardPage/> },
            Page::SignIn => return view! { <SignInPage/> },
            Page::Setup => return view! { <SetupPage/> },
            Page::NewKey => return view! { <NewKeyPage/> },
            Page::Key => return view! { <KeyPage/> },
            Page::EditKey => return view! { <EditKeyPage/> },
            Page::FirstCall => return view! { <FirstCallPage/> },
            Page::RevokeKey => return view! { <RevokeKeyPage/> },
            Page::Team => return view! { <TeamPage/> },
            Page::Invite => return view! { <InvitePage/> },
            Page::Member => return view! { <MemberPage/> },
            Page::SecondFactor => return view! { <SecondFactorPage/> },
            Page::Account => return view! { <AccountPage/> },
            Page::Audit => return view! { <AuditPage/> },
            Page::RotateKey => return view! { <RotateKeyPage/> },
            Page::BulkKeys => return view! { <BulkPage/> },
            Page::RevokeAll => return view! { <RevokeAllPage/> },
            Page::Settings => return view! { <SettingsPage/> },
            Page::Import | Page::ImportedFile | Page::ImportPreview => {
                return view! { <ImportPage/> };
            }
            Page::Refusals => return view! { <RefusalsPage/> },
            Page::Keys
            | Page::FoundKey
            | Page::Inventory
            | Page::Leads
            | Page::Docs
            | Page::NotFound => {}
        }
    }
    match page {
        Page::Keys => view! { <KeysPage/> },
        Page::FoundKey => view! { <FoundKeyPage/> },
        Page::Inventory => view! { <InventoryPage/> },
        Page::Leads => view! { <LeadsPage/> },
        Page::Docs => view! { <DocsPage/> },
        _ => view! { <NotFoundPage/> },
    }
}
