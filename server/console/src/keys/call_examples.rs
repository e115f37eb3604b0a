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
    let (shell, nothing) = ((SHELL, SET_KEY), ("", ""));
    let examples = [
        ("curl", shell, curl(&url)),
        ("Python", shell, python(&url)),
        ("JavaScript", shell, javascript(&url)),
        (".env", nothing, DOTENV.to_owned()),
        ("GitHub Actions", nothing, workflow(&url)),
        (
            "PowerShell",
            (POWERSHELL, SET_KEY_POWERSHELL),
            powershell(&url),
        ),
    ];
    let examples = examples.map(|(language, (advice, command), text)| CodeExample {
        language: language.to_owned(),
        advice: advice.to_owned(),
        command: command.to_owned(),
        text,
    });
    examples.into()
}

const SHELL: &str = "First, set the key in your shell (bash or zsh). The command asks for it, so it isn't stored in your shell history:";

/// Reads the key from the terminal, in bash and zsh, so that it is not in the shell's history.
const SET_KEY: &str =
    "printf 'API key: ' && read -rs VOXUM_API_KEY && export VOXUM_API_KEY && echo";

const POWERSHELL: &str = "First, set the key in PowerShell. The command asks for it, so it isn't stored in your history:";

/// `-AsSecureString` works in every version of PowerShell, and `-MaskInput`, which returns plain
/// text, only since 7.1.
const SET_KEY_POWERSHELL: &str = r#"$env:VOXUM_API_KEY = [Net.NetworkCredential]::new("", (Read-Host "API key" -AsSecureString)).Password"#;

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

fn powershell(url: &str) -> String {
    format!(r#"Invoke-RestMethod "{url}" -Headers @{{ "X-API-Key" = $env:VOXUM_API_KEY }}"#)
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
