//! Conversion of HTML to plain text: a chatbot reads descriptions out, and the console shows no
//! foreign markup.

use html_escape::decode_html_entities;

/// Elements that begin a line.
const BLOCKS: [&str; 26] = [
    "p",
    "br",
    "div",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "tr",
    "table",
    "tbody",
    "thead",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "section",
    "article",
    "header",
    "footer",
    "blockquote",
    "pre",
];
/// Elements within a line.
const INLINE: [&str; 34] = [
    "a", "abbr", "b", "big", "body", "center", "cite", "code", "col", "em", "figure", "font",
    "html", "i", "iframe", "img", "input", "ins", "del", "label", "mark", "meta", "link", "q", "s",
    "small", "span", "strong", "sub", "sup", "td", "th", "u", "video",
];
/// Elements whose content is not text.
const HIDDEN: [&str; 2] = ["script", "style"];
/// Attributes that may have no value.
const BARE: [&str; 12] = [
    "allowfullscreen",
    "async",
    "autoplay",
    "checked",
    "controls",
    "defer",
    "disabled",
    "hidden",
    "loop",
    "muted",
    "nowrap",
    "playsinline",
];
/// Elements whose names are single letters. They can also be variables, as in `a<b>c`, and are tags
/// only if the text has both the opening and the closing one.
const LETTERS: [&str; 6] = ["a", "b", "i", "q", "s", "u"];
/// Length of the longest document type, in bytes.
const MAX_DOCTYPE: usize = 256;

/// Returns the text without entities, such as `&amp;`.
pub fn decode_entities(text: &str) -> String {
    let decoded = decode_html_entities(text);
    if decoded == text {
        return decoded.into_owned();
    }
    // The entity `&nbsp;` is a space at which lines are not broken, which means nothing here.
    decoded.replace('\u{A0}', " ")
}

/// Returns the text of a description, without tags and entities. Text in angle brackets that is not
/// a tag of HTML stays.
pub fn to_text(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let tags = Tags {
        html: &lower,
        letters: LETTERS.map(|name| {
            let is_opened = [" ", ">"]
                .iter()
                .any(|end| lower.contains(&format!("<{name}{end}")));
            is_opened && lower.contains(&format!("</{name}>"))
        }),
        last_comment: lower.rfind("-->"),
    };
    let mut text = String::with_capacity(html.len());
    let mut at = 0;
    while let Some(tag) = tags.next(at) {
        text.push_str(&html[at..tag.begin]);
        at = tag.end;
        if BLOCKS.contains(&tag.name) {
            text.push('\n');
        } else if HIDDEN.contains(&tag.name) && !tag.is_closing {
            let close = lower[at..].find(&format!("</{}", tag.name));
            at = close.map_or(html.len(), |close| at + close);
        }
    }
    if at == 0 {
        return decode_entities(html);
    }
    text.push_str(&html[at..]);
    let text = decode_html_entities(&text);
    let lines = text.lines().map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.join(" ")
    });
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

struct Tag<'a> {
    begin: usize,
    end: usize,
    name: &'a str,
    is_closing: bool,
}

/// The tags of a text.
struct Tags<'a> {
    /// In small letters.
    html: &'a str,
    /// Whether each of [`LETTERS`] has an opening and a closing tag.
    letters: [bool; LETTERS.len()],
    /// Position of the end of the last comment.
    last_comment: Option<usize>,
}

impl<'a> Tags<'a> {
    fn next(&self, mut at: usize) -> Option<Tag<'a>> {
        loop {
            let begin = at + self.html[at..].find('<')?;
            if let Some((name, end)) = self.tag(begin + 1) {
                return Some(Tag {
                    begin,
                    end,
                    name,
                    is_closing: self.html[begin + 1..].starts_with('/'),
                });
            }
            at = begin + 1;
        }
    }

    /// Returns the name and the end of the tag whose bracket is before `at`.
    fn tag(&self, at: usize) -> Option<(&'a str, usize)> {
        let rest = &self.html[at..];
        if rest.starts_with("!--") {
            // A comment that is never closed is not searched again and again.
            self.last_comment.filter(|last| *last > at)?;
            let end = rest.find("-->")? + "-->".len();
            return Some(("", at + end));
        }
        if rest.starts_with("!doctype") {
            let mut bytes = rest.bytes().take(MAX_DOCTYPE);
            return Some(("", at + bytes.position(|byte| byte == b'>')? + 1));
        }
        let (rest, is_closing) = match rest.strip_prefix('/') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let is_end = |c: char| !c.is_ascii_alphanumeric();
        let (name, rest) = rest.split_at(rest.find(is_end)?);
        let is_known = [&BLOCKS[..], &INLINE, &HIDDEN]
            .iter()
            .any(|names| names.contains(&name));
        let letter = LETTERS.iter().position(|letter| *letter == name);
        if !is_known || letter.is_some_and(|letter| !self.letters[letter]) {
            return None;
        }
        let rest = if is_closing { rest } else { attributes(rest) };
        let rest = rest.trim_start();
        let rest = rest.strip_prefix('/').unwrap_or(rest).strip_prefix('>')?;
        Some((name, self.html.len() - rest.len()))
    }
}

/// Returns what follows the attributes of a tag.
fn attributes(mut rest: &str) -> &str {
    loop {
        let spaced = rest.trim_start();
        let is_end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'));
        let length = spaced.find(is_end).unwrap_or(spaced.len());
        if length == 0 || spaced.len() == rest.len() {
            return rest;
        }
        let (name, after) = spaced.split_at(length);
        let Some(value) = after.trim_start().strip_prefix('=') else {
            if !BARE.contains(&name) {
                return rest;
            }
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let end = match value.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => {
                let quote = char::from(*quote);
                value[1..].find(quote).map(|length| length + 2)
            }
            _ => value.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>')),
        };
        let Some(end) = end.filter(|end| *end > 0) else {
            return rest;
        };
        rest = &value[end..];
    }
}

#[cfg(test)]
mod tests;
