//! The scripts that are not generated: served as they are written, without their comments.

use std::path::Path;
use std::{fs, iter};

use anyhow::{Context as _, Result, bail};

/// Reads a script, and removes its comments and its indentation.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("reading {name}"))?;
    let short = without_comments(&text).with_context(|| format!("shortening {name}"))?;
    Ok(short.into_bytes())
}

/// Removes empty lines, indentation, and the lines that are only a comment. All other lines stay as
/// they are, so that their meaning does not depend on a parser.
///
/// # Errors
/// A template literal has several lines, since white space is a part of it.
fn without_comments(text: &str) -> Result<String> {
    let mut short = String::with_capacity(text.len());
    let mut is_comment = false;
    for (number, line) in iter::zip(1.., text.lines()) {
        let line = line.trim();
        is_comment |= line.starts_with("/*");
        if is_comment {
            is_comment = !line.ends_with("*/");
            continue;
        }
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        if line.matches('`').count() % 2 > 0 {
            bail!("line {number}: write a template literal in one line");
        }
        short.push_str(line);
        short.push('\n');
    }
    Ok(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_removed_and_code_stays() -> Result<()> {
        let text = "// A comment.\n{\n  /** One line. */\n  a(\"//\"); // beside code\n\n  /*\n   * Two.\n   */\n  b(`*`);\n}\n";
        assert_eq!(
            without_comments(text)?,
            "{\na(\"//\"); // beside code\nb(`*`);\n}\n"
        );
        Ok(())
    }

    #[test]
    fn template_literal_of_several_lines_is_refused() {
        let refusal = without_comments("a(`\n  b`);\n").unwrap_err().to_string();
        assert!(refusal.starts_with("line 1:"), "{refusal}");
    }
}
