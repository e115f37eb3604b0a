//! The dialect of a CSV text, which depends on the program that wrote it.

/// Delimiters that programs use. They write a semicolon if their decimal separator is a comma.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// The delimiter of a text, and the text below a first line that only declares the delimiter.
#[derive(Debug, PartialEq, Eq)]
pub struct Dialect<'a> {
    pub delimiter: char,
    pub text: &'a str,
    /// Line number of the beginning of `text`.
    pub line: usize,
}

impl<'a> Dialect<'a> {
    pub fn of(text: &'a str) -> Self {
        match declared_delimiter(text) {
            Some((delimiter, text)) => Self {
                delimiter,
                text,
                line: 2,
            },
            None => Self {
                delimiter: guess_delimiter(text),
                text,
                line: 1,
            },
        }
    }
}

/// Parses a first line such as `sep=;`, by which Excel recognizes the delimiter. Returns the
/// delimiter and the text below.
fn declared_delimiter(text: &str) -> Option<(char, &str)> {
    let (first, rest) = text.split_at(text.find(['\r', '\n'])?);
    let first = first.trim_matches('"');
    let name = first.get(..4)?;
    let mut delimiter = first[4..].chars();
    let (Some(delimiter), None) = (delimiter.next(), delimiter.next()) else {
        return None;
    };
    let is_declared = name.eq_ignore_ascii_case("sep=") && !matches!(delimiter, '"' | '\r' | '\n');
    let body = rest.strip_prefix("\r\n").unwrap_or_else(|| &rest[1..]);
    is_declared.then_some((delimiter, body))
}

/// Returns the delimiter that is most frequent in the first row with any delimiter, outside of
/// quotation marks.
fn guess_delimiter(text: &str) -> char {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut is_quoted = false;
    for character in text.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '\r' | '\n' if counts != [0; DELIMITERS.len()] => break,
            _ => {
                if let Some(index) = DELIMITERS
                    .iter()
                    .position(|delimiter| *delimiter == character)
                {
                    counts[index] += 1;
                }
            }
        }
    }
    let max = counts.iter().max().copied().unwrap_or_default();
    let index = counts.iter().position(|count| *count == max);
    DELIMITERS[index.unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiter_is_taken_from_the_first_line_or_guessed_from_the_header() {
        for (text, delimiter, line) in [
            ("id;name\n", ';', 1),
            ("id\tname\nA\tb,c,d\n", '\t', 1),
            ("\r\n \r\nid;name\r\n", ';', 1),
            ("id;\"name, long, very\"\n", ';', 1),
            ("id;name,long;price\n", ';', 1),
            ("id\nA\n", ',', 1),
            ("sep=;\r\nid;name\r\n", ';', 2),
            ("SEP=|\rid|name\r", '|', 2),
            ("\"sep=,\"\nid,name\n", ',', 2),
            ("sep=;", ';', 1),
            ("sep=ab\n", ',', 1),
            ("se\u{FC}=;\n", ';', 1),
        ] {
            let dialect = Dialect::of(text);
            assert_eq!(
                (dialect.delimiter, dialect.line),
                (delimiter, line),
                "{text:?}"
            );
        }
        assert_eq!(Dialect::of("sep=;\r\nid;name\r\n").text, "id;name\r\n");
    }
}
