//! Conversion of our own Markdown into HTML.

use app::docs::{Block, Chapter};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Renders a short text.
pub fn html(text: &str) -> String {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, Parser::new(text));
    html
}

/// Renders a text whose chapters each begin with `# Title`. Code blocks become blocks that readers
/// can copy.
pub fn chapters(text: &str) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    let mut pending = Vec::new();
    let mut inside = Inside::Text;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match (event, inside) {
            (
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H1,
                    ..
                }),
                _,
            ) => {
                flush(&mut chapters, &mut pending);
                chapters.push(Chapter {
                    id: String::new(),
                    title: String::new(),
                    blocks: Vec::new(),
                });
                inside = Inside::Title;
            }
            (Event::End(TagEnd::Heading(HeadingLevel::H1) | TagEnd::CodeBlock), _) => {
                inside = Inside::Text;
            }
            (Event::Text(title), Inside::Title) => {
                if let Some(chapter) = chapters.last_mut() {
                    let words = title.split(|c: char| !c.is_ascii_alphanumeric());
                    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
                    chapter.id = words.join("-").to_lowercase();
                    chapter.title = title.into_string();
                }
            }
            (Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))), _) => {
                flush(&mut chapters, &mut pending);
                inside = Inside::Code;
            }
            (Event::Text(code), Inside::Code) => {
                if let Some(chapter) = chapters.last_mut() {
                    chapter.blocks.push(Block::Code(code.trim_end().to_owned()));
                }
            }
            (event, _) => pending.push(event),
        }
    }
    flush(&mut chapters, &mut pending);
    chapters
}

#[derive(Clone, Copy)]
enum Inside {
    Text,
    Title,
    Code,
}

/// Ends a run of prose and adds it to the current chapter.
fn flush(chapters: &mut [Chapter], pending: &mut Vec<Event<'_>>) {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pending.drain(..));
    if let (Some(chapter), false) = (chapters.last_mut(), html.is_empty()) {
        chapter.blocks.push(Block::Html(html));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_contain_prose_and_code_in_order() {
        let chapters =
            chapters("# One two\n\nA `b`.\n\n```sh\ncurl <x>\n\ny\n```\n\nC.\n\n# Three\n\nD.\n");
        let titles: Vec<_> = chapters
            .iter()
            .map(|chapter| (&*chapter.id, &*chapter.title))
            .collect();
        assert_eq!(titles, [("one-two", "One two"), ("three", "Three")]);
        let [Block::Html(before), Block::Code(code), Block::Html(after)] = &chapters[0].blocks[..]
        else {
            panic!("{chapters:?}");
        };
        assert_eq!(before, "<p>A <code>b</code>.</p>\n");
        assert_eq!(code, "curl <x>\n\ny");
        assert_eq!(after, "<p>C.</p>\n");
    }
}
