//! Examples of a first call with a new key. Each reads the key from the environment, so that no
//! example contains a secret.

use domain::{CodeExample, Scope, ScopeSet};

/// Returns a call that the scopes allow, in every language that the page of a new key offers.
pub fn call_examples(public_url: &str, scopes: &ScopeSet) -> Vec<CodeExample> {
    let path = if scopes.contains(Scope::InventoryRead) {
        "inventory"
    } else {
        "key"
    };
    let url = format!("{public_url}/api/{path}");
    let examples = [
        ("curl", curl(&url)),
        ("Python", python(&url)),
        ("JavaScript", javascript(&url)),
        (".env", DOTENV.to_owned()),
        ("GitHub Actions", workflow(&url)),
        ("PowerShell", powershell(&url)),
    ];
    let examples = examples.map(|(language, text)| CodeExample {
        language: language.to_owned(),
        text,
    });
    examples.into()
}

fn curl(url: &str) -> String {
    format!("curl -H \"X-API-Key: $VOXUM_API_KEY\" {url}")
}

fn python(url: &str) -> String {
    format!(
        r#"import os, urllib.request

request = urllib.request.Request(
    "{url}",
    headers={{"X-API-Key": os.environ["VOXUM_API_KEY"]}},
)
with urllib.request.urlopen(request, timeout=60) as response:
    print(response.read().decode())"#
    )
}

fn javascript(url: &str) -> String {
    format!(
        r#"const response = await fetch("{url}", {{
  headers: {{ "X-API-Key": process.env.VOXUM_API_KEY }},
}});
console.log(response.status, await response.text());"#
    )
}

/// Asks for the key first, as the command above the examples does for other shells.
/// `-AsSecureString` works in every version of PowerShell, and `-MaskInput`, which returns plain
/// text, only since 7.1.
fn powershell(url: &str) -> String {
    format!(
        r#"$env:VOXUM_API_KEY = [Net.NetworkCredential]::new("", (Read-Host "API key" -AsSecureString)).Password
Invoke-RestMethod "{url}" -Headers @{{ "X-API-Key" = $env:VOXUM_API_KEY }}"#
    )
}

const DOTENV: &str = "\
# Paste the key after the equals sign, and keep this file out of version control.
# To set the key in a shell: set -a; . ./.env; set +a
VOXUM_API_KEY=";

fn workflow(url: &str) -> String {
    format!(
        r#"# Store the key as a secret first: gh secret set VOXUM_API_KEY
- name: Send a request
  env:
    VOXUM_API_KEY: ${{{{ secrets.VOXUM_API_KEY }}}}
  run: |
    curl --fail-with-body -H "X-API-Key: $VOXUM_API_KEY" {url}"#
    )
}
