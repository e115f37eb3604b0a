//! A file system of 30 MiB that a test can fill.

use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const SIZE: &str = "size=30m,mode=1777";

/// A small file system in its own mount namespace, which ends when this value is dropped. Without
/// root, it is in a user namespace as well.
pub struct SmallDisk {
    /// Keeps the namespace alive until its standard input ends.
    namespace: Child,
    mount_point: TempDir,
}

impl SmallDisk {
    pub fn new() -> Self {
        let mount_point = tempfile::tempdir().unwrap();
        let mut namespace = Command::new("unshare");
        let user = user();
        if user != ROOT {
            namespace.arg("--map-root-user");
        }
        // The folder for PostgreSQL belongs to the user that its server runs as.
        let script = "mount -t tmpfs -o \"$1\" small \"$2\" && mkdir \"$2/tables\" && \
                      { [ \"$3\" = self ] || chown \"$3\" \"$2/tables\"; } && echo mounted && exec cat";
        let owner = if user == ROOT { "postgres" } else { "self" };
        let mut namespace = namespace
            .args(["--mount", "sh", "-c", script, "sh", SIZE])
            .args([mount_point.path().as_os_str(), owner.as_ref()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare, of util-linux, is installed");
        let mut line = String::new();
        let mut out = BufReader::new(namespace.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        assert_eq!(
            line, "mounted\n",
            "a file system cannot be mounted: run the tests as root, or allow user namespaces"
        );
        Self {
            namespace,
            mount_point,
        }
    }

    /// Returns the path of the file system, for programs started by [`Self::namespace_prefix`].
    pub fn path(&self) -> &Path {
        self.mount_point.path()
    }

    /// Returns the prefix that makes a command run in the namespace.
    pub fn namespace_prefix(&self) -> Vec<String> {
        let target = format!("--target={}", self.namespace.id());
        let mut words = vec!["nsenter".to_owned(), target, "--mount".to_owned()];
        if user() != ROOT {
            words.extend(["--user".to_owned(), "--preserve-credentials".to_owned()]);
        }
        words
    }

    /// Returns the prefix for PostgreSQL, which refuses to run as root, even as the root of a
    /// namespace.
    pub fn namespace_prefix_as_user(&self) -> Vec<String> {
        let mut words = self.namespace_prefix();
        let user = user();
        if user != ROOT {
            words.extend(["unshare".to_owned(), format!("--map-user={user}")]);
        }
        words
    }

    /// Wraps a command to run in the namespace, with exactly the environment that was set on it.
    pub fn run(&self, command: &Command) -> Command {
        let words = self.namespace_prefix();
        let mut wrapped = Command::new(&words[0]);
        wrapped
            .args(&words[1..])
            .arg(command.get_program())
            .args(command.get_args())
            .env_clear();
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                wrapped.env(name, value);
            }
        }
        wrapped
    }

    /// Writes a file until `left` bytes are free.
    pub fn fill(&self, left: usize) {
        let mut filler = File::create(self.filler()).unwrap();
        let piece = [0; 4_096];
        loop {
            match filler.write_all(&piece) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
        let size = filler.metadata().unwrap().len();
        filler.set_len(size.saturating_sub(left as u64)).unwrap();
    }

    pub fn free(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    /// Returns the path as seen by this process, which is in another namespace.
    fn filler(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.namespace.id()));
        let mount_point = self.mount_point.path().strip_prefix("/").unwrap();
        root.join(mount_point).join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.namespace.stdin.take());
        let _ = self.namespace.wait();
    }
}

const ROOT: u32 = 0;

/// Returns the user that runs the tests.
fn user() -> u32 {
    std::fs::metadata("/proc/self").unwrap().uid()
}
