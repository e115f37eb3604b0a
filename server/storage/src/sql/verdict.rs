//! Numbered changes of the data on which verdicts depend, and the nodes that acknowledge them.

pub(crate) const REGISTER: &str = "
    INSERT INTO nodes (id, acknowledged, beats, leaving, peppers)
    SELECT $1, last, 0, 0, $2 FROM verdict_counter WHERE id = 1
    RETURNING acknowledged";

/// A row that only makes the nodes of an older version send heartbeats. It uses the columns of the
/// first schema that has nodes.
pub(crate) const REGISTER_UPGRADE: &str = "
    INSERT INTO nodes (id, acknowledged, beats, leaving)
    SELECT $1, last, 0, 1 FROM verdict_counter WHERE id = 1
    ON CONFLICT (id) DO NOTHING";

pub(crate) const LAST: &str = "SELECT last FROM verdict_counter WHERE id = 1";

/// For use when no other node exists.
pub(crate) const FORGET_ALL: &str = "DELETE FROM nodes";

/// A row without a number if nothing changed. No row if the node is not registered, or has seen
/// numbers that do not exist yet. It is one statement, so that everything is read at the same
/// moment.
pub(crate) const CHANGES: &str = "
    SELECT c.number, c.account_id, c.digest
    FROM nodes n LEFT JOIN verdict_changes c ON c.number > $2
    WHERE n.id = $1 AND n.leaving = 0 AND $2 <= (SELECT last FROM verdict_counter WHERE id = 1)
    ORDER BY c.number LIMIT $3";

pub(crate) const ACKNOWLEDGE: &str =
    "UPDATE nodes SET acknowledged = $2, beats = beats + 1 WHERE id = $1 AND leaving = 0";

pub(crate) const NODES: &str = "SELECT id, acknowledged, beats, leaving FROM nodes";

pub(crate) const LIVE_NODES: &str = "SELECT count(*) FROM nodes WHERE leaving = 0";

/// Returns whether a node other than `$1` is registered.
pub(crate) const OTHERS: &str =
    "SELECT EXISTS (SELECT 1 FROM nodes WHERE id <> $1 AND leaving = 0)";

pub(crate) const EXPEL: &str = "UPDATE nodes SET leaving = 1 WHERE id = $1 AND beats = $2";

pub(crate) const REMOVE: &str = "DELETE FROM nodes WHERE id = $1";
