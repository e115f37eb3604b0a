//! Combinations of ports: the tables that each group of use cases can reach.

use super::{
    AccessStore, AccountRevocations, AttemptStore, AuditStore, BulkKeyStore, CallStore,
    CallerStatsStore, FactorStore, FeedPreviewStore, IdempotencyStore, ImportStore,
    InstallationStore, InventoryStore, ItemChangeStore, KeySearch, KeyStore, LeadStore,
    MemberStore, NoticeStore, OperatorStore, PepperStore, QuotaStore, RefusalStore, TeamStore,
    VerdictStore,
};

macro_rules! combination {
    ($(#[$doc:meta])* $name:ident: $first:ident $(+ $port:ident)*) => {
        $(#[$doc])*
        pub trait $name: $first $(+ $port)* {}
        impl<T: $first $(+ $port)*> $name for T {}
    };
}

combination! {
    /// Ports of a member's own access.
    AccessPorts: AccessStore + FactorStore + MemberStore
}
combination! {
    /// Ports of the audit log.
    AuditPorts: AuditStore + KeySearch + KeyStore + TeamStore
}
combination! {
    /// Ports of authentication.
    AuthenticatorPorts: InstallationStore + KeyStore
}
combination! {
    /// Ports of the dashboard.
    DashboardPorts: AuditStore + CallStore + InstallationStore + KeySearch + KeyStore + LeadStore + QuotaStore
}
combination! {
    /// Ports of emergency actions.
    EmergencyPorts: AccountRevocations + BulkKeyStore
}
combination! {
    /// Ports of imports.
    ImportPorts: FeedPreviewStore + ImportStore
}
combination! {
    /// Ports of the inventory.
    InventoryPorts: FeedPreviewStore + InventoryStore + ItemChangeStore + MemberStore + QuotaStore
}
combination! {
    /// Ports of changes of keys.
    KeyChangePorts: AccountRevocations + KeyStore + BulkKeyStore + VerdictStore
}
combination! {
    /// Ports of the keys of an account.
    KeyPorts: CallStore + InstallationStore + KeySearch + KeyStore + MemberStore + NoticeStore + RefusalStore + BulkKeyStore + CallerStatsStore + TeamStore
}
combination! {
    /// Ports of leads.
    LeadPorts: AuditStore + LeadStore
}
combination! {
    /// Ports of one-time links.
    LinkPorts: InstallationStore + MemberStore + TeamStore
}
combination! {
    /// Ports of notices.
    NoticePorts: FactorStore + NoticeStore
}
combination! {
    /// Ports of the operator.
    OperatorPorts: KeyStore + OperatorStore
}
combination! {
    /// Ports of the pepper and its change.
    PepperPorts: InstallationStore + PepperStore
}
combination! {
    /// Ports of refused calls.
    RefusalPorts: CallStore + KeyStore + RefusalStore
}
combination! {
    /// Ports of keys on hold after a restore.
    RestoredKeyPorts: InstallationStore + BulkKeyStore
}
combination! {
    /// Ports of sign-ins and sessions.
    SessionPorts: FactorStore + MemberStore
}
combination! {
    /// Ports of settings.
    SettingsPorts: MemberStore + QuotaStore
}
combination! {
    /// Ports of the guard of sign-ins.
    SignInPorts: FactorStore + MemberStore
}
combination! {
    /// Ports of the members of an account.
    TeamPorts: AccessStore + AuditStore + FactorStore + MemberStore + TeamStore
}
combination! {
    /// Ports of usage.
    UsagePorts: CallStore + KeyStore + CallerStatsStore
}
combination! {
    /// All ports of one database.
    Store: InstallationStore + AuditStore + MemberStore + TeamStore + AccessStore + AttemptStore
        + FactorStore + KeyStore + KeySearch + BulkKeyStore + AccountRevocations + OperatorStore
        + PepperStore + NoticeStore + QuotaStore + CallStore + CallerStatsStore + RefusalStore
        + InventoryStore + FeedPreviewStore + ItemChangeStore + ImportStore + LeadStore
        + IdempotencyStore + VerdictStore + AccessPorts + AuditPorts + AuthenticatorPorts
        + DashboardPorts + EmergencyPorts + ImportPorts + InventoryPorts + KeyChangePorts
        + KeyPorts + LeadPorts + LinkPorts + NoticePorts + OperatorPorts + PepperPorts
        + RefusalPorts + RestoredKeyPorts + SessionPorts + SettingsPorts + SignInPorts
        + TeamPorts + UsagePorts
}
