//! Conversion of HTML descriptions to plain text: a chatbot reads them out, and the console shows
//! no foreign markup.

use html_escape::decode_html_entities;

/// Elements that begin a line.
const BLOCKS: [&str; 16] = [
    "p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "section",
];
/// Elements whose content is not text.
const HIDDEN: [&str; 2] = ["script", "style"];

/// Returns the text of a description. A description without a tag is left unchanged.
pub fn to_text(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let mut text = String::with_capacity(html.len());
    let mut at = 0;
    while let Some((begin, end)) = next_tag(html, at) {
        text.push_str(&html[at..begin]);
        at = end;
        let tag = &lower[begin + 1..end - 1];
        let name = tag.trim_start_matches('/');
        let length = name.find(|c: char| !c.is_ascii_alphanumeric());
        let name = &name[..length.unwrap_or(name.len())];
        if BLOCKS.contains(&name) {
            text.push('\n');
        } else if HIDDEN.contains(&name) && !tag.starts_with('/') {
            let close = lower[at..].find(&format!("</{name}"));
            at = close.map_or(html.len(), |close| at + close);
        }
    }
    if at == 0 {
        return html.to_owned();
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

/// Returns the range of the next tag, from its opening bracket to the end of its closing bracket.
fn next_tag(html: &str, mut at: usize) -> Option<(usize, usize)> {
    loop {
        let begin = at + html[at..].find('<')?;
        at = begin + 1;
        let tag = &html[at..];
        if tag.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!')) {
            let end = at + tag.find('>')? + 1;
            return Some((begin, end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_taken_away_and_everything_else_stays() {
        for (html, text) in [
            ("Opens on both sides.", "Opens on both sides."),
            ("4 < 5 & a > b\n  c", "4 < 5 & a > b\n  c"),
            (
                "<p>Black rubber, <strong>anti-slip</strong>.</p>",
                "Black rubber, anti-slip.",
            ),
            (
                "<p>Steel rims.</p>\n<ul><li>205/55&nbsp;R16</li><li>Set of&#32;4</li></ul>",
                "Steel rims.\n205/55 R16\nSet of 4",
            ),
            ("a<br/>b<BR>c", "a\nb\nc"),
            ("<!-- wp:paragraph -->a<script>alert('<p>')</SCRIPT>b", "ab"),
            ("<b>3 < 4 &lt; 5</b>", "3 < 4 < 5"),
            ("<b>open", "open"),
            ("a <b", "a <b"),
            ("<", "<"),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }
}
