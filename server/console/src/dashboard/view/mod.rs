//! An overview of the account: its figures, calls, refusals, keys that need attention, and the
//! latest events and data.

mod boxes;
mod calls;
mod events;
mod steps;
mod tiles;
mod top;

use app::components::PageHead;
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use boxes::{Inventory, Keys, Leads};
use calls::Calls;
use domain::{DashboardPage as Data, Failure};
use events::Events;
use steps::Steps;
use tiles::Tiles;
use top::{TopKeys, TopRefusals};

const HEAD: Head = Head {
    title: "Dashboard",
    purpose: "Requests, keys and data of this account, and its latest events.",
};

pub fn dashboard_page(data: Result<Data, Failure>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        view! { <Dashboard page=page/> }
    })
}

#[component]
fn Dashboard(page: Data) -> impl IntoView {
    let now = page.now.at;
    let steps = (!page.steps.is_complete()).then(|| {
        let call = format!(
            "curl -H \"X-API-Key: vx_abc123...\" {}/api/key",
            page.public_url
        );
        view! { <Steps done=page.steps may_manage=page.may_manage call=call/> }
    });
    // Before there is a key, nothing can have happened, and the first steps are all there is to
    // show.
    let begun = page.steps.key || page.steps.data;
    let board = begun.then(|| {
        view! {
            <Tiles tiles=page.tiles/>
            <div class="board">
                <Calls days=page.days zone=page.time_zone/>
                <TopKeys keys=page.busy_keys examined=page.examined_keys/>
                <TopRefusals reasons=page.refusals/>
                <Keys keys=page.keys expiring=page.expiring now=now/>
                <Events events=page.events now=now/>
                <Inventory items=page.items change=page.inventory_change now=now/>
                <Leads leads=page.leads change=page.leads_change now=now/>
            </div>
        }
    });
    view! {
        <PageHead title=HEAD.title purpose=HEAD.purpose/>
        {steps}
        {board}
    }
}
