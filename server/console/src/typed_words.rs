//! The words of a text that a person typed into a search, and the one rule for what they mean.

/// Words without a meaning for a search, in lower case.
const FILLERS: [&str; 10] = ["a", "an", "the", "my", "our", "of", "to", "for", "how", "i"];

/// Returns the words of a text as they were typed, without fillers.
pub fn typed_words(text: &str) -> impl Iterator<Item = &str> {
    let is_filler = |word: &&str| FILLERS.contains(&word.to_lowercase().as_str());
    text.split_whitespace().filter(move |word| !is_filler(word))
}

/// Returns whether a word, in any case, only repeats that a key is meant.
pub fn is_key_word(word: &str) -> bool {
    ["api", "key", "keys"].contains(&word.to_lowercase().as_str())
}

/// Returns whether typed words, in lower case, name something: each is a part of its name, or the
/// beginning of one of the other words for it, which are in lower case.
pub fn name_it(typed: &[String], name: &str, other_words: &str) -> bool {
    let name = name.to_lowercase();
    let is_other = |word: &str| other_words.split(' ').any(|other| other.starts_with(word));
    let mut typed = typed.iter();
    typed.all(|word| name.contains(word.as_str()) || is_other(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_to_be_in_the_name_or_begin_another_word_for_it() {
        let means = |text: &str| {
            let typed: Vec<_> = typed_words(text).map(str::to_lowercase).collect();
            name_it(&typed, "Rotate an API key", "renew replace")
        };
        for text in ["rotate", "rot", "key renew", "how to replace my key", ""] {
            assert!(means(text), "{text}");
        }
        for text in ["place", "rotate crm", "new"] {
            assert!(!means(text), "{text}");
        }
    }
}
