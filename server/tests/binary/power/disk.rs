//! A disk that loses all unsynced data in a power cut, replayed from the journal that `disk.c`
//! writes.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles the library that the server is started with.
pub fn library(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/power/disk.c");
    let library = folder.join("disk.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status();
    assert!(compiled.expect("a C compiler").success());
    library
}

/// One disk operation of a program.
#[derive(Debug, Clone)]
pub struct Step {
    kind: u8,
    path: String,
    offset: u64,
    data: Vec<u8>,
    /// The length of the journal after this step.
    pub end: u64,
}

impl Step {
    /// Returns whether this step synced the file with this name.
    pub fn syncs(&self, name: &str) -> bool {
        self.kind == b's' && Path::new(&self.path).ends_with(name)
    }
}

/// Reads the journal up to its last complete step.
pub fn journal(path: &Path) -> Vec<Step> {
    let bytes = std::fs::read(path).unwrap();
    let (mut steps, mut at) = (Vec::new(), 0);
    let number = |at: usize| {
        let digits = bytes.get(at..at + 8)?.try_into().ok()?;
        usize::try_from(u64::from_le_bytes(digits)).ok()
    };
    let mut step = || {
        let kind = *bytes.get(at)?;
        let digits = bytes.get(at + 1..at + 5)?.try_into().ok()?;
        let name = at + 5..at + 5 + usize::try_from(u32::from_le_bytes(digits)).ok()?;
        let path = String::from_utf8(bytes.get(name.clone())?.to_vec()).ok()?;
        let (offset, length) = (number(name.end)?, number(name.end + 8)?);
        let data = bytes.get(name.end + 16..name.end + 16 + length)?.to_vec();
        at = name.end + 16 + length;
        Some(Step {
            kind,
            path,
            offset: offset as u64,
            data,
            end: at as u64,
        })
    };
    while let Some(step) = step() {
        steps.push(step);
    }
    steps
}

#[derive(Default)]
struct File {
    durable: Vec<u8>,
    /// Writes and truncations since the last sync.
    pending: Vec<Step>,
    /// Whether the folder was synced after the file was created.
    is_named: bool,
}

/// The durable state of all files.
#[derive(Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
    /// A disk that lies: it acknowledges syncs without storing anything.
    pub ignores_syncs: bool,
}

impl Disk {
    pub fn apply_step(&mut self, step: &Step) {
        match step.kind {
            b'd' => {
                for (path, file) in &mut self.files {
                    let folder = Path::new(path).parent();
                    file.is_named |= folder == Some(Path::new(&step.path));
                }
            }
            b'u' => drop(self.files.remove(&step.path)),
            b'r' => {
                if let Some(file) = self.files.remove(&step.path) {
                    let to = String::from_utf8(step.data.clone()).unwrap();
                    self.files.insert(to, file);
                }
            }
            b's' if self.ignores_syncs => {}
            kind => {
                let file = self.files.entry(step.path.clone()).or_default();
                match kind {
                    b's' => {
                        for step in std::mem::take(&mut file.pending) {
                            apply(&mut file.durable, &step);
                        }
                    }
                    b'w' | b't' => file.pending.push(step.clone()),
                    _ => {}
                }
            }
        }
    }

    /// Writes the files as they would be found after a power cut at this moment. Of the unsynced
    /// writes, `survives` chooses those that reached the disk.
    pub fn cut(&self, from: &Path, to: &Path, mut survives: impl FnMut() -> bool) {
        let mut seen = HashSet::new();
        for (path, file) in &self.files {
            if !file.is_named {
                continue;
            }
            let mut content = file.durable.clone();
            for step in file.pending.iter().filter(|_| survives()) {
                apply(&mut content, step);
            }
            let target = to.join(Path::new(path).strip_prefix(from).unwrap());
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, content).unwrap();
            seen.insert(path);
        }
    }
}

fn apply(content: &mut Vec<u8>, step: &Step) {
    let offset = usize::try_from(step.offset).unwrap();
    if step.kind == b't' {
        content.resize(offset, 0);
        return;
    }
    let end = offset + step.data.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(&step.data);
}
