//! The style sheet: `style/main.css` and all of its imports, checked and minified into one file.

use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserFlags, ParserOptions};
use lightningcss::targets::{Browsers, Targets};

/// The oldest supported browsers. They support nesting, cascade layers and `light-dark()`, so none
/// of these is rewritten. The versions have eight bits each for major, minor and patch.
const BROWSERS: Browsers = Browsers {
    chrome: Some(125 << 16),
    edge: Some(125 << 16),
    firefox: Some(128 << 16),
    safari: Some(18 << 16),
    ios_saf: Some(18 << 16),
    android: None,
    ie: None,
    opera: None,
    samsung: None,
};

/// Returns the minified style sheet. An error in any of the files is an error here, since a browser
/// would silently drop the rule.
pub fn bundle(entry: &Path) -> Result<Vec<u8>> {
    let targets = Targets::from(BROWSERS);
    let files = FileProvider::new();
    // Names of window widths, which no browser reads yet: they are replaced here.
    let options = ParserOptions {
        flags: ParserFlags::CUSTOM_MEDIA,
        ..ParserOptions::default()
    };
    let mut sheet = Bundler::new(&files, None, options)
        .bundle(entry)
        .map_err(|error| anyhow!("style sheet: {error}"))?;
    sheet
        .minify(MinifyOptions {
            targets,
            ..MinifyOptions::default()
        })
        .map_err(|error| anyhow!("style sheet: {error}"))?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            targets,
            ..PrinterOptions::default()
        })
        .map_err(|error| anyhow!("style sheet: {error}"))?;
    Ok(inline_tokens(printed.code).into_bytes())
}

/// Replaces references to the short constants among the tokens, which are sizes, by their values.
///
/// They never change in the browser, and the sheet is smaller without their names. Colours keep
/// their names, since their values are longer.
fn inline_tokens(mut css: String) -> String {
    let Some((_, rest)) = css.split_once("@layer tokens{:root{") else {
        return css;
    };
    let block = rest.split('}').next().unwrap_or_default().to_owned();
    for declaration in block.split(';') {
        let Some((name, value)) = declaration.split_once(':') else {
            continue;
        };
        let reference = format!("var({name})");
        let is_constant = name.starts_with("--")
            && css.matches(&format!("{name}:")).count() == 1
            && !css.contains(&format!("var({name},"));
        if is_constant && value.len() < reference.len() {
            css = css.replacen(&format!("{declaration};"), "", 1);
            css = css.replace(&reference, value);
        }
    }
    css
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn bundle_sheet(main: &str, partial: &str) -> Result<String> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("main.css"), main)?;
        fs::write(folder.path().join("partial.css"), partial)?;
        Ok(String::from_utf8(bundle(&folder.path().join("main.css"))?)?)
    }

    #[test]
    fn partials_are_joined_in_their_layers() -> Result<()> {
        let css = bundle_sheet(
            "@layer base, parts; @import url('partial.css') layer(parts);",
            ".card { color: red }",
        )?;
        assert_eq!(css, "@layer base;@layer parts{.card{color:red}}");
        Ok(())
    }

    #[test]
    fn modern_css_is_left_unchanged() -> Result<()> {
        let css = bundle_sheet(
            ":root { color-scheme: light dark } a { color: light-dark(#000, #fff); &:hover { top: 0 } }",
            "",
        )?;
        assert_eq!(
            css,
            ":root{color-scheme:light dark}a{color:light-dark(#000,#fff);&:hover{top:0}}"
        );
        Ok(())
    }

    #[test]
    fn names_of_window_widths_are_replaced() -> Result<()> {
        let css = bundle_sheet(
            "@import url('partial.css'); @layer parts { .a { @media (--wide) { top: 0 } } }",
            "@custom-media --wide (width >= 960px);",
        )?;
        assert_eq!(css, "@layer parts{.a{@media (width>=960px){top:0}}}");
        Ok(())
    }

    #[test]
    fn sizes_are_inlined_and_colours_are_not() -> Result<()> {
        let css = bundle_sheet(
            "@import url('partial.css') layer(tokens);
            a { margin: var(--gap-2); color: var(--ink); --tall: 1px; top: var(--tall) }",
            ":root { --gap-2: 2px; --tall: 9px; --ink: light-dark(#000, #fff) }",
        )?;
        assert_eq!(
            css,
            "@layer tokens{:root{--tall:9px;--ink:light-dark(#000,#fff)}}\
             a{margin:2px;color:var(--ink);--tall:1px;top:var(--tall)}",
            "a name that is set twice may change"
        );
        Ok(())
    }

    #[test]
    fn syntax_error_is_reported_with_its_file() {
        let error = bundle_sheet("@import 'partial.css';", "a { color: red; } }").unwrap_err();
        assert!(error.to_string().contains("partial.css:"), "{error}");
    }

    #[test]
    fn missing_partial_is_an_error() {
        assert!(bundle_sheet("@import 'missing.css';", "").is_err());
    }
}
