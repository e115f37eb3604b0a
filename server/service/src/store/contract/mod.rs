//! Test suite for storage adapters: one case for each behaviour that an adapter must have.
//!
//! The tests of an adapter turn each case into a test:
//!
//! ```ignore
//! macro_rules! tests {
//!     ($($case:ident)*) => {$(
//!         #[tokio::test(flavor = "multi_thread")]
//!         async fn $case() {
//!             service::store::contract::run(stringify!($case), fresh_store().await).await;
//!         }
//!     )*};
//! }
//! service::store_contract_cases!(tests);
//! ```
//!
//! Each case needs an empty store of its own. An adapter tests the failures that only it can cause,
//! such as one between a change and its audit event, with [`Change`], which can make every change
//! of the ports.

mod access;
mod accounts;
mod all_keys;
mod attempts;
mod audit;
mod authority;
mod calls;
mod change;
mod change_team;
mod factors;
mod feeds;
mod find;
mod glance;
mod imports;
mod inventory;
mod isolation;
mod item_changes;
mod item_edits;
mod items;
mod key_changes;
mod keys;
mod leads;
mod log;
mod notices;
mod operator;
mod paging;
mod peppers;
mod preview;
mod quotas;
mod refusals;
mod requests;
mod resets;
mod revocations;
mod rotations;
mod search;
mod sessions;
mod settings;
mod several;
mod sightings;
mod team;
mod tenant;
mod verdicts;
mod verified;
mod world;

pub use change::{Change, World};
pub use feeds::feeds_of_other_accounts_and_keys_do_not_wait_for_many;

use super::Store;
use std::sync::Arc;

/// Calls a macro with the names of all cases.
#[macro_export]
macro_rules! store_contract_cases {
    ($callback:ident) => {
        $callback! {
            a_link_is_found_until_its_end
            every_purpose_of_a_link_reads_back_as_it_was
            a_fresh_link_ends_the_older_one_of_its_kind_and_no_other
            the_link_of_a_start_ends_the_older_ones_unless_another_node_runs
            a_link_makes_one_account
            a_link_that_is_over_or_unknown_makes_no_account
            of_fifty_racing_claims_exactly_one_wins
            the_first_owner_is_claimed_once
            an_address_may_have_a_member_in_each_account
            the_first_owner_is_seeded_once
            of_fifty_racing_seeds_exactly_one_wins
            the_fingerprint_of_the_pepper_is_remembered
            whether_there_are_keys_is_known
            the_pepper_changes_once_every_node_accepts_the_new_one
            a_rehashed_key_is_found_under_its_new_digest_and_every_node_hears_of_it
            second_factors_are_encrypted_again_unless_they_were_replaced
            nothing_is_stored_under_a_pepper_that_was_replaced
            a_reset_sets_the_password_and_ends_every_session_of_that_member
            a_reset_link_works_once_and_until_its_end
            a_link_serves_its_own_purpose_alone
            a_member_is_found_by_address
            a_session_belongs_to_its_member
            a_session_ends_at_its_absolute_end
            a_session_ends_when_it_was_idle_too_long
            using_a_session_moves_its_last_use_once_a_minute
            a_look_at_a_session_is_no_use_of_it
            the_newest_of_racing_uses_of_a_session_remains
            an_ended_session_is_gone_and_ends_once
            failures_are_counted_for_each_subject
            the_longest_delay_repeats
            old_failures_are_forgotten
            a_delay_is_kept_until_its_end_when_old_failures_are_forgotten
            a_sign_in_forgets_the_failures_of_its_own_address
            failed_attempts_are_recorded_when_they_begin_and_when_their_hour_is_over
            attempts_from_many_networks_share_a_count_and_its_events
            a_key_reads_back_as_it_was_made
            known_digests_are_distinguished_from_unknown_ones
            keys_are_listed_newest_first
            the_same_form_makes_one_key
            of_twenty_forms_sent_at_once_one_makes_a_key
            the_operator_finds_a_key_of_whatever_account_by_its_id
            previews_find_all_keys_that_have_them
            the_operator_reads_the_keys_of_all_accounts_page_by_page
            a_revoked_key_tells_who_when_and_why
            how_a_revocation_reached_the_nodes_is_kept_with_it_and_told_in_the_log
            a_revocation_is_seen_by_the_next_look_up
            of_fifty_racing_revokes_exactly_one_wins
            a_key_can_be_revoked_until_the_millisecond_of_its_expiry
            revoking_what_is_not_there_changes_nothing
            a_rotated_key_hands_over_all_but_its_secret
            a_rotated_key_ends_when_it_was_told_to_and_never_later_than_it_would
            a_key_that_is_being_replaced_is_not_rotated_again
            what_cannot_be_rotated_leaves_nothing_behind
            of_racing_rotations_one_makes_a_key
            the_last_use_of_a_key_never_goes_backwards
            the_newest_of_racing_uses_remains
            keys_that_end_are_found_in_the_order_of_their_ends
            owners_are_told_of_keys_of_their_own_account_that_end
            who_just_rotated_a_key_is_not_told_that_it_ends
            a_notice_is_claimed_once_until_it_is_released
            of_ten_racing_claims_of_a_notice_exactly_one_wins
            an_edited_key_is_what_it_was_edited_to_with_the_same_secret
            of_racing_edits_of_the_same_state_one_is_made
            a_paused_key_is_paused_until_it_is_resumed
            what_is_over_or_not_there_is_not_changed
            of_racing_pauses_one_is_recorded
            a_key_has_a_history_of_its_own
            several_keys_change_together_with_one_event_each
            keys_that_were_paused_at_a_time_are_found_and_resumed_together
            where_one_of_several_keys_does_not_fit_none_is_changed
            all_keys_of_an_account_are_revoked_by_one_change
            a_revocation_of_all_keys_is_written_into_each_row_once
            a_key_counts_as_revoked_with_all_before_its_row_is_written
            of_racing_creations_those_before_a_revocation_of_all_keys_are_revoked
            while_creation_is_stopped_no_key_is_made
            of_racing_stops_and_makings_none_is_made_after_the_stop
            keys_are_found_in_every_order_page_by_page
            keys_are_found_by_what_is_asked_for
            a_key_is_found_by_what_it_is_called_and_may_do_now
            keys_that_are_over_and_still_called_with_are_found
            few_and_many_keys_are_found_alike
            no_more_keys_are_counted_than_asked_for
            a_key_is_listed_as_expired_once_that_is_noted
            however_many_counts_have_waited_they_are_added_at_once
            calls_of_an_account_and_of_a_key_add_up_by_quarters
            of_thirty_racing_counts_none_is_lost
            calls_of_a_key_that_is_not_the_accounts_are_passed_over
            the_first_accepted_call_is_remembered
            old_counts_of_calls_are_swept_in_pieces
            callers_of_a_key_add_up_by_outcome_address_and_program
            of_many_callers_the_latest_of_each_outcome_are_kept
            a_network_is_new_until_it_was_seen
            of_many_networks_the_latest_are_kept
            many_keys_are_noted_at_once_each_by_itself
            the_last_use_of_each_permission_never_goes_backwards
            sightings_of_a_key_that_is_not_the_accounts_are_passed_over
            a_refusal_reads_back_as_it_was_for_its_account_alone
            a_flood_of_refusals_pushes_out_its_own_alone
            the_latest_refusal_of_a_key_is_found
            old_refusals_are_not_found_and_are_swept_in_pieces
            a_watch_goes_on_until_it_is_ended_or_leads_to_a_list
            an_upsert_counts_what_it_did
            every_field_of_an_item_counts_as_a_change
            an_unchanged_item_keeps_its_time
            a_push_that_changes_nothing_records_nothing
            a_deleted_item_is_gone
            five_thousand_items_go_in_at_once
            each_changed_item_is_listed_once_in_the_order_of_changes
            removed_item_is_listed_until_it_comes_back
            changes_of_one_feed_are_read_page_by_page
            place_expires_when_a_removal_after_it_is_forgotten
            reader_misses_nothing_while_others_change_items
            changes_of_items_belong_to_their_account
            item_is_edited_as_it_is_stored
            many_stored_items_are_changed_at_once_or_none_is
            text_comes_back_byte_for_byte
            a_full_feed_removes_what_it_leaves_out
            a_preview_reads_the_items_of_a_feed_and_those_it_leaves_out
            a_full_feed_that_would_remove_too_many_items_changes_nothing
            a_full_feed_removes_a_large_part_of_the_items_only_if_that_is_allowed
            an_item_is_put_only_where_the_condition_holds
            of_twenty_racing_puts_on_one_condition_exactly_one_wins
            items_are_found_by_category_text_and_time
            items_are_listed_in_the_byte_order_of_their_ids
            paging_meets_every_lasting_item_once_while_others_come_and_go
            a_stretch_of_items_ends_where_it_should
            a_page_of_items_ends_before_it_holds_too_many_bytes
            a_lead_reads_back_as_it_was_made
            every_edit_of_a_lead_is_a_change_and_the_same_values_again_are_none
            of_an_erased_lead_the_id_and_the_time_are_left
            the_feed_has_each_lead_once_at_its_last_change
            leads_are_listed_newest_change_first_without_the_erased
            a_page_of_leads_ends_before_it_holds_too_many_bytes
            leads_are_counted_by_their_status_without_the_erased
            following_the_feed_meets_the_last_change_of_every_lead
            what_an_account_has_is_counted_with_every_change
            a_change_that_exceeds_a_quota_is_refused_whole
            an_account_that_is_over_its_quota_can_change_and_remove
            racing_changes_fill_a_quota_exactly
            a_request_is_claimed_once_and_its_answer_reads_back
            an_answer_is_committed_with_its_change_or_not_at_all
            a_request_is_taken_over_when_its_lease_has_lapsed
            a_released_request_is_taken_over_at_once
            a_request_is_claimed_anew_once_it_is_old
            accounts_share_no_names_for_requests
            of_fifty_racing_claims_of_a_request_exactly_one_wins
            the_latest_requests_of_an_account_are_kept
            no_kept_answer_holds_an_erased_lead
            old_requests_are_swept_in_pieces
            a_file_to_import_reads_back_and_gives_way_to_the_next_one
            files_to_import_of_an_account_have_a_bound
            an_import_is_applied_once_with_its_items
            choices_for_an_import_are_stored_until_it_is_applied
            the_latest_mappings_that_an_account_imported_with_are_remembered
            a_discarded_import_is_deleted_with_its_bytes
            a_feed_that_was_confirmed_is_stored_on_that_basis_only
            imports_that_are_over_are_not_found_and_are_swept
            an_account_begins_with_the_usual_settings_and_keeps_its_own
            what_an_account_decides_shows_in_its_keys_items_and_members
            no_port_reads_from_another_account
            no_port_changes_another_account
            no_change_is_made_when_its_actor_has_lost_access
            a_member_changes_nothing_after_the_session_has_ended
            a_member_changes_nothing_after_losing_the_role_or_the_account
            a_key_changes_nothing_after_it_was_paused_narrowed_or_ended
            a_key_of_another_account_changes_nothing
            keys_and_owners_may_give_up_their_own_access
            every_change_records_one_event
            an_event_that_cannot_be_recorded_undoes_its_change
            an_event_that_cannot_be_recorded_undoes_the_first_owner
            events_read_back_as_they_were_newest_first
            the_newest_event_of_a_kind_is_found_behind_others
            the_log_is_read_in_pages_and_meets_every_event_once
            the_log_is_asked_by_who_what_which_thing_and_when
            a_search_of_the_log_ends_after_as_many_events_as_it_may_look_at
            the_log_names_members_and_keys_as_they_are_called_now
            the_members_of_an_account_are_listed
            members_are_listed_by_page_and_the_active_ones_come_first
            invitations_are_listed_by_page
            an_invitation_makes_one_member_with_its_role
            an_invitation_ends_the_older_one_and_can_be_withdrawn
            a_deactivated_member_is_out_at_once_and_comes_back
            an_account_keeps_an_owner_who_is_active
            a_role_is_changed_only_from_the_one_that_was_seen
            an_owner_hands_over_to_an_active_member
            when_a_member_was_last_seen_outlives_their_sessions
            the_sessions_of_a_member_are_listed_with_their_origin
            all_other_sessions_end_and_this_one_stays
            a_changed_password_ends_other_sessions_and_reset_links
            one_session_too_many_ends_the_one_that_was_unused_for_longest
            a_second_factor_is_kept_until_it_is_turned_off
            a_code_and_a_first_step_open_one_session
            a_first_step_ends_with_what_it_stands_for
            a_second_factor_depends_on_the_pepper
            sign_in_is_refused_if_the_password_was_changed_after_it_was_verified
            of_racing_sign_ins_and_changes_of_the_password_none_outlives_the_change
            of_racing_sign_ins_and_resets_of_the_password_none_outlives_the_reset
            session_by_the_password_alone_is_refused_once_a_second_factor_is_enabled
            of_racing_sign_ins_by_the_password_alone_none_outlives_a_second_factor
            a_first_step_alone_opens_a_session_only_without_a_second_factor
            a_warning_of_wrong_codes_has_one_mail_a_day_and_ends_with_the_password
            every_change_of_what_calls_are_decided_by_is_told
            what_decides_on_no_call_is_not_told
            racing_changes_are_told_in_the_order_of_their_numbers
            a_node_hears_of_changes_until_it_is_taken_for_dead
        }
    };
}

/// Generates the dispatcher, so that a case which is missing from the list is dead code and fails
/// the build.
macro_rules! dispatch {
    ($($case:ident)*) => {
        /// Runs one case by its name, on an empty store that no other case uses.
        ///
        /// # Panics
        /// If the adapter does not behave as the case requires, or if there is no such case.
        pub async fn run(case: &str, store: Arc<dyn Store>) {
            use {
                access::*, accounts::*, all_keys::*, attempts::*, audit::*, authority::*, calls::*, factors::*, find::*, glance::*, imports::*, inventory::*, isolation::*, item_changes::*, item_edits::*, items::*, key_changes::*, keys::*, leads::*, log::*, notices::*, operator::*, paging::*, peppers::*, preview::*, quotas::*, refusals::*, requests::*, resets::*, revocations::*, rotations::*, search::*, sessions::*, settings::*, several::*, sightings::*, team::*, verdicts::*, verified::*,
            };
            match case {
                $(stringify!($case) => $case(store).await,)*
                unknown => panic!("the contract has no case {unknown}"),
            }
        }
    };
}

store_contract_cases!(dispatch);
