//! Checks of what texts contain: pages, responses, logs and what commands print.

/// Checks what a response, or a part of its body, contains.
pub trait Text: AsRef<str> {
    #[track_caller]
    fn has(&self, text: &str) {
        self.has_all([text]);
    }

    #[track_caller]
    fn has_all(&self, texts: impl IntoIterator<Item = impl AsRef<str>>) {
        for text in texts {
            let (text, whole) = (text.as_ref(), self.as_ref());
            assert!(whole.contains(text), "{text:?} is missing: {whole}");
        }
    }

    #[track_caller]
    fn lacks(&self, text: &str) {
        self.lacks_all([text]);
    }

    #[track_caller]
    fn lacks_all(&self, texts: impl IntoIterator<Item = impl AsRef<str>>) {
        for text in texts {
            let (text, whole) = (text.as_ref(), self.as_ref());
            assert!(!whole.contains(text), "{text:?} is in: {whole}");
        }
    }
}

impl<T: AsRef<str> + ?Sized> Text for T {}
