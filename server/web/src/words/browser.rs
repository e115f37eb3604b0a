//! Names of browsers, from the `User-Agent` header.

/// Browsers by a token of their header, in the order in which they are looked for: most of them
/// also send the tokens of those below.
const BROWSERS: [(&str, &str); 14] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPiOS/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
    ("curl/", "curl"),
];

/// Devices and systems by a token of the header. Phones and Chromebooks also name the system that
/// theirs comes from.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("FreeBSD", "FreeBSD"),
];

/// Length of the longest name of a program, in bytes.
const MAX_PROGRAM: usize = 32;

/// Returns the browser and the system that a header names, such as "Firefox on Windows"; `None` if
/// the browser is not a known one. The header is a claim of the caller.
pub fn browser_name(user_agent: &str) -> Option<String> {
    let (name, _) = browser(user_agent)?;
    Some(on_system(name, user_agent))
}

/// Returns the same with the version, such as "Firefox 131 on Windows", and also the name of a
/// program that is not a browser, such as "python-requests 2.32".
pub fn agent_name(user_agent: &str) -> Option<String> {
    if !user_agent.starts_with("Mozilla/") {
        return program(user_agent);
    }
    let (name, version) = browser(user_agent)?;
    let name = match version_numbers(version, 1) {
        Some(version) => format!("{name} {version}"),
        None => name.to_owned(),
    };
    Some(on_system(&name, user_agent))
}

/// Returns the name of the browser, and the header from its version on.
fn browser(user_agent: &str) -> Option<(&'static str, &str)> {
    let (name, rest) = BROWSERS.iter().find_map(|(token, name)| {
        let (_, rest) = user_agent.split_once(token)?;
        Some((*name, rest))
    })?;
    // Browsers of Android that have no name also send this token.
    (name != "Safari" || user_agent.contains("Safari/")).then_some((name, rest))
}

fn on_system(browser: &str, user_agent: &str) -> String {
    let mut systems = SYSTEMS.iter();
    match systems.find(|(token, _)| user_agent.contains(token)) {
        Some((_, system)) => format!("{browser} on {system}"),
        None => browser.to_owned(),
    }
}

/// Describes a program that names itself first, such as "curl/8.5.0".
fn program(user_agent: &str) -> Option<String> {
    let (name, version) = user_agent.split(' ').next()?.split_once('/')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || name.len() > MAX_PROGRAM || !name.bytes().all(is_name) {
        return None;
    }
    Some(format!("{name} {}", version_numbers(version, 2)?))
}

/// Returns the first numbers of a version: at most `count`, with a period between them.
fn version_numbers(version: &str, count: usize) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let end = version.find(|c| !is_part(c)).unwrap_or(version.len());
    let numbers: Vec<_> = version[..end]
        .split('.')
        .take_while(|number| !number.is_empty())
        .take(count)
        .collect();
    let text = numbers.join(".");
    (!text.is_empty() && text.len() <= 12).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{agent_name, browser_name};

    #[test]
    fn browser_and_system_are_named_in_plain_words() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
                "Firefox on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/142.0.0.0 Safari/537.36",
                "Chrome on ChromeOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/142.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPad",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/142.0.0.0 Safari/537.36 OPR/124.0.0.0",
                "Opera on Linux",
            ),
            ("curl/8.5.0", "curl"),
        ] {
            assert_eq!(browser_name(user_agent).as_deref(), Some(name));
        }
    }

    #[test]
    fn unknown_browser_has_no_name() {
        for user_agent in ["", "A phone", "Mozilla/5.0", "Version/3 of something"] {
            assert_eq!(browser_name(user_agent), None, "{user_agent}");
        }
    }

    #[test]
    fn programs_and_versions_are_named() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0",
                "Firefox 131 on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/130.0.0.0 Safari/537.36 Edg/131.0.2903.51",
                "Edge 131 on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
                "Safari 26 on macOS",
            ),
            ("Mozilla/5.0 (X11) Firefox/", "Firefox"),
            ("curl/8.5.0", "curl 8.5"),
            ("python-requests/2.32.3", "python-requests 2.32"),
            ("Go-http-client/2.0", "Go-http-client 2.0"),
            ("feed-sync/3 (+https://example.com)", "feed-sync 3"),
        ] {
            assert_eq!(agent_name(user_agent).as_deref(), Some(name));
        }
        for user_agent in [
            "",
            "/",
            "agent",
            "Firefox 131",
            "curl/",
            "curl/latest",
            "<b>/1.0",
            "Mozilla/5.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (Windows NT 10.0) Version/18.0",
            "a-name-that-is-far-longer-than-any-program-has/1.0",
            "curl/1234567890123456789",
        ] {
            assert_eq!(agent_name(user_agent), None, "{user_agent}");
        }
    }
}
