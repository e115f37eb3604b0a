//! Checks of the properties with the seeds of the fuzzer and some hundred variations of each,
//! without a fuzzer.

use std::path::{Path, PathBuf};

type Property = fn(&[u8]);

/// Properties by the names of the fuzz targets and of the folders of their seeds.
const ALL: [(&str, Property); 5] = [
    ("key", super::key),
    ("cursor", super::cursor),
    ("json", super::json),
    ("xml", super::xml),
    ("csv", super::csv),
];

const MUTATIONS: usize = 500;

/// Texts at which parsers change their state.
const FRAGMENTS: &[&[u8]] = &[
    b"\"",
    b",",
    b"\r\n",
    b"\n",
    b";",
    b"\t",
    b"<",
    b">",
    b"</",
    b"/>",
    b"&",
    b"&#",
    b"&#x",
    b";",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<!DOCTYPE",
    b"<?",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\u",
    b"null",
    b"\xEF\xBB\xBF",
    b"\xFF",
    b"\0",
    "\u{85}".as_bytes(),
    "\u{2028}".as_bytes(),
    b"attributes.",
    b"<item>",
    b"</item>",
    b"e",
    b"-",
    b".",
    b"0",
    b" ",
    b"/",
    b"~",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(folder().join("seeds").join(name)).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect()
}

/// Pseudo-random generator that makes the same variations in every run.
struct Dice(u64);

impl Dice {
    /// Returns the next number of xorshift64, below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }

    fn part(&mut self, of: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(of.len());
        start..(start + self.below(24)).min(of.len())
    }

    fn mutate(&mut self, data: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let index = self.below(data.len() + 1);
        match self.below(6) {
            0 if index < data.len() => data[index] = u8::try_from(self.below(256)).unwrap(),
            1 if index < data.len() => data[index] ^= 1 << self.below(8),
            2 => drop(data.drain(self.part(data))),
            3 => {
                let part = data[self.part(data)].to_vec();
                data.splice(index..index, part);
            }
            4 => {
                let other = &seeds[self.below(seeds.len())];
                let part = other[self.part(other)].to_vec();
                data.splice(index..index, part);
            }
            _ => {
                let fragment = FRAGMENTS[self.below(FRAGMENTS.len())];
                data.splice(index..index, fragment.iter().copied());
            }
        }
    }
}

fn check_seeds(name: &str) {
    let (_, property) = ALL.into_iter().find(|(known, _)| *known == name).unwrap();
    let seeds = seeds(name);
    assert_ne!(seeds.len(), 0);
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for seed in &seeds {
        property(seed);
        for _ in 0..MUTATIONS {
            let mut data = seed.clone();
            for _ in 0..=dice.below(6) {
                dice.mutate(&mut data, &seeds);
            }
            let result = std::panic::catch_unwind(|| property(&data));
            assert!(
                result.is_ok(),
                "not for {:?}",
                String::from_utf8_lossy(&data)
            );
        }
    }
}

#[test]
fn key_property_holds_for_mutated_seeds() {
    check_seeds("key");
}

#[test]
fn cursor_property_holds_for_mutated_seeds() {
    check_seeds("cursor");
}

#[test]
fn json_feed_property_holds_for_mutated_seeds() {
    check_seeds("json");
}

#[test]
fn xml_feed_property_holds_for_mutated_seeds() {
    check_seeds("xml");
}

#[test]
fn csv_feed_property_holds_for_mutated_seeds() {
    check_seeds("csv");
}

/// The fuzz targets are compiled only by `make fuzz`, so their text is compared here.
#[test]
fn each_property_has_a_fuzz_target_of_its_name() {
    let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    for (name, _) in ALL {
        let file = format!("targets/{name}.rs");
        assert!(manifest.contains(&format!("path = \"{file}\"")), "{name}");
        let target = std::fs::read_to_string(folder().join(file)).unwrap();
        let call =
            format!("libfuzzer_sys::fuzz_target!(|data: &[u8]| server::properties::{name}(data));");
        assert!(target.contains(&call), "{name}");
    }
}
