//! `voxum admin …`: one-time links for anyone who can read this machine's terminal.

use super::args::Admin;
use super::output::print_line;
use crate::open_services::{OpenServices, open_services};
use crate::settings::{PublicUrl, Settings};
use anyhow::{Context as _, anyhow, bail};
use domain::{AccountId, AccountName, Email};
use service::{LinkToken, Services};
use storage::OpenMode;
use web::telemetry;

/// Runs the command and prints the link.
///
/// # Errors
/// One line for the operator.
pub async fn run(command: Admin, settings: Settings) -> anyhow::Result<()> {
    let Settings {
        listen,
        public_url,
        database,
        peppers,
        log,
        log_format,
        tls,
        ..
    } = settings;
    telemetry::start(log, log_format);
    let public_url = public_url.unwrap_or_else(|| PublicUrl::of_listener(listen, tls.is_some()));
    let origin = public_url.origin().to_owned();
    let OpenServices { services, store } =
        open_services(&database, OpenMode::ExistingOnly, peppers, origin).await?;
    let line = link(&services, command, &public_url).await;
    store.close().await;
    print_line(&line?);
    Ok(())
}

async fn link(
    services: &Services,
    command: Admin,
    public_url: &PublicUrl,
) -> anyhow::Result<String> {
    let at = |token: &LinkToken| setup_url(public_url, token);
    match command {
        Admin::SetupLink => match services.links.first_owner_link().await? {
            Some(token) => Ok(first_owner_line(public_url, &token)),
            None => bail!(
                "there is an owner already: `voxum admin reset EMAIL` prints a link for a new password, \
                 `voxum admin create-account NAME` one for a further account"
            ),
        },
        Admin::CreateAccount { name } => {
            let name =
                AccountName::parse(&name).map_err(|rejected| anyhow!("NAME: {}", rejected.0))?;
            let token = services.links.new_account_link(name.clone()).await?;
            Ok(format!(
                "Set up the account “{name}” within 30 minutes: {}",
                at(&token)
            ))
        }
        Admin::Reset { email, account } => {
            let email =
                Email::from_stored(&email).map_err(|rejected| anyhow!("EMAIL: {}", rejected.0))?;
            let account = account.as_deref().map(AccountId::parse).transpose();
            let account = account.map_err(|rejected| anyhow!("--account: {}", rejected.0))?;
            if account.is_none() {
                check_single_account(services, &email).await?;
            }
            let token = match services.links.reset_link(&email, account.as_ref()).await {
                Err(service::Error::Refused(_)) => {
                    bail!("{email} is deactivated; an owner of their account can reactivate them")
                }
                token => token?,
            };
            let token = token.with_context(|| match &account {
                Some(account) => {
                    format!("the account {account} has no member with the address {email}")
                }
                None => format!("no member has the address {email}"),
            })?;
            Ok(format!(
                "Set a new password for {email} within 30 minutes; this also turns off their two-factor authentication: {}",
                at(&token)
            ))
        }
    }
}

/// Fails unless the address belongs to a single account.
///
/// # Errors
/// If the address belongs to several accounts; the error lists them to choose from.
async fn check_single_account(services: &Services, email: &Email) -> anyhow::Result<()> {
    let accounts = services.links.accounts_of(email).await?;
    if accounts.len() > 1 {
        let entries = accounts.iter().map(|(id, name)| format!("{id} (“{name}”)"));
        bail!(
            "{email} is a member of several accounts; add --account ID with one of {}",
            entries.collect::<Vec<_>>().join(", ")
        );
    }
    Ok(())
}

/// Returns the line with the first owner's link, which a start without an owner prints, too.
pub fn first_owner_line(public_url: &PublicUrl, token: &LinkToken) -> String {
    format!("Set up the first owner: {}", setup_url(public_url, token))
}

fn setup_url(public_url: &PublicUrl, token: &LinkToken) -> String {
    format!("{}/setup/{}", public_url.origin(), token.expose())
}
