//! Tests of single texts.

use super::*;

#[test]
fn tags_are_removed_entities_are_decoded_and_the_rest_is_unchanged() {
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
        ("a<br/>b<BR>c<br />d", "a\nb\nc\nd"),
        ("<!-- wp:paragraph -->a<script>alert('<p>')</SCRIPT>b", "ab"),
        ("<b>3 < 4 &lt; 5</b>", "3 < 4 < 5"),
        ("a &amp; b &eacute;  c", "a & b é  c"),
        ("AT&T and R&D;", "AT&T and R&D;"),
        ("a&nbsp;b", "a b"),
        (
            "<div class=\"x > y\" id='z' hidden data-n=1>a</div><img src=x.jpg alt=\"\"/>b",
            "a\nb",
        ),
        ("if a<b and c>d, then x", "if a<b and c>d, then x"),
        ("a<b>c", "a<b>c"),
        ("email <info@x.com> us", "email <info@x.com> us"),
        ("see <https://x.example/>", "see <https://x.example/>"),
        ("<unknown>a</unknown>", "<unknown>a</unknown>"),
        ("p<p x, and q>q", "p<p x, and q>q"),
        ("<p class=>a", "<p class=>a"),
        ("a <!-- never closed", "a <!-- never closed"),
        ("<b>open", "<b>open"),
        ("a <b", "a <b"),
        ("<p", "<p"),
        ("<p a=\"", "<p a=\""),
        ("<", "<"),
    ] {
        assert_eq!(to_text(html), text, "{html}");
    }
}

#[test]
fn long_texts_are_read_in_one_pass() {
    // Each of these would take minutes if every bracket searched the rest of the text.
    for part in ["<!--", "<p a=\"", "<p a=", "<!doctype", "<b>", "<script>"] {
        let long = part.repeat(100_000);
        assert!(!to_text(&long).contains('\0'));
    }
}
