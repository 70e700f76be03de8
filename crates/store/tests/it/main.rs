//! What every engine of the store must do. One suite; each engine brings its own way to open.

mod binding;
mod cases;
mod conformance;
mod copying;
mod known;
mod log;
mod officers;
mod postgres;
mod registers;
mod restore;
mod sealed;
mod tax;
mod world;

use std::sync::Arc;

use clavero_store::{Sqlite, Store, StoreError};
use world::{Place, TestClock, TestRing, World};

/// A fresh `SQLite` database with a clock of the test's own.
fn sqlite() -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(TestClock::default());
    let store = Sqlite::open(&folder.path().join("test.db"), clock.clone()).expect("a database");
    World::new(Arc::new(store), clock, Place::Folder(folder))
}

macro_rules! conforms {
    ($($suite:ident { $($test:ident),+ $(,)? })+) => {
        mod on_sqlite {
            $(mod $suite {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    crate::$suite::$test(crate::sqlite()).await;
                })+
            })+
        }

        mod on_postgres {
            $(mod $suite {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    crate::$suite::$test(crate::postgres::world().await).await;
                })+
            })+
        }
    };
}

conforms! {
    sealed {
        a_value_is_written_over_only_where_it_still_stands,
        every_column_of_sealed_values_is_there,
        what_rests_on_a_key_is_counted_until_it_ends,
    }
    binding {
        a_link_counts_for_its_own_flow_only,
        a_recovery_is_whose_it_was_and_as_far_as_it_came,
        a_mail_goes_to_nobody_but_its_flows_employer,
        a_session_is_its_employers_and_ends,
        an_enrolment_address_is_its_officers_and_ends,
        a_planted_request_lets_no_admin_bring_anybody_in_alone,
        an_officers_session_is_theirs_and_ends,
        what_two_officers_decide_is_not_written_by_anybody_else,
    }
    conformance {
        a_thousand_parallel_guesses_spend_five,
        sixteen_right_codes_at_once_pass_once_and_queue_one_mail,
        forty_parallel_redemptions_set_one_key,
        a_redemption_ends_sessions_other_flows_and_budgets,
        a_key_that_was_changed_while_it_was_compared_opens_no_session,
        limits_are_drawn_on_together_or_not_at_all,
        a_proof_is_spent_once,
        a_claimed_mail_is_nobody_elses_until_its_lease_ends,
        what_a_dead_process_had_taken_up_is_due_at_once_where_nobody_else_can_have_it,
        a_busy_lane_is_passed_over,
        a_claim_waits_for_a_mail_and_looks_again_when_told,
        a_mail_follows_no_later_address,
        an_import_changes_what_differs_and_never_a_key_that_was_set_here,
        sessions_end_by_idleness_and_by_age,
        a_frozen_key_ends_everything_and_the_token_works_once,
        what_has_ended_is_swept,
        old_recoveries_are_forgotten_and_no_other,
        a_key_that_was_in_use_is_asked_for,
    }
    log {
        entries_go_into_the_log_in_their_order_and_once,
        a_seal_that_does_not_fit_moves_nothing,
        an_entry_waits_with_all_that_it_tells,
        destroyed_keys_leave_the_log_whole,
        a_log_keeps_its_first_name,
    }
    cases {
        a_case_ends_with_the_key_that_it_led_to,
        a_first_time_employer_gets_a_first_key,
        a_case_is_read_back_as_it_was_written_at_every_stage,
        an_approved_change_of_mailbox_ends_what_went_to_the_old_one,
        a_case_outlives_an_online_recovery_and_the_officer_can_start_again,
        the_activation_of_one_case_ends_the_others,
        an_employer_has_three_open_cases_and_nobody_elses_reference,
        of_sixteen_approvals_and_returns_at_once_one_stands,
        a_form_that_was_read_earlier_writes_nothing_over,
        an_officer_asks_for_five_changes_of_mailbox_an_hour,
        the_old_mailbox_is_told_at_once_and_its_link_stops_the_case,
        the_old_mailbox_is_told_even_if_the_registry_was_changed_before_the_mail_left,
        an_import_does_not_undo_what_a_case_changed_until_the_registry_has_news,
        a_new_representative_takes_the_place_of_the_one_who_was_shown,
        a_slip_opens_the_form_and_its_later_use_ends_the_earlier,
        a_refused_mailbox_has_no_code_to_wait_for,
        applicants_are_reminded_at_half_time_and_on_the_last_day_but_one,
        the_queue_is_by_age_and_counts_each_state,
        figures_and_pairs_are_those_of_the_span,
        a_case_is_found_by_the_recovery_that_led_to_it,
        a_case_that_ended_long_ago_is_forgotten_and_no_other,
        a_case_goes_on_when_the_recoveries_behind_it_are_forgotten,
    }
    restore {
        a_restore_ends_what_was_secret_and_keeps_the_keys,
        each_restore_has_an_epoch_of_its_own,
        a_retired_key_is_frozen_where_its_owner_froze_it,
    }
    registers {
        a_register_serves_as_a_whole_and_not_before_it_is_taken,
        a_later_load_ends_an_earlier_one_and_clears_what_it_left,
        many_employers_come_at_once_and_a_review_says_beforehand_what_becomes_of_each,
    }
    known {
        all_that_is_held_of_an_employer_is_found_and_of_nobody_else,
        a_removed_employer_takes_along_what_is_theirs_alone,
        whatever_is_out_of_a_removed_employer_sets_no_key_when_they_come_back,
        whoever_has_an_open_case_stays_and_whoever_has_a_strangers_does_not,
        a_slip_ends_with_its_employer,
        a_key_that_is_set_while_its_employer_is_removed_is_not_left_behind,
    }
    tax {
        an_answer_is_read_beside_the_registers_row_each_with_its_moment,
        of_sixteen_who_ask_about_a_ruc_one_is_let,
        a_query_that_failed_leaves_what_was_known_and_pauses,
        a_query_that_was_lost_is_taken_up_when_its_lease_ends,
        a_query_that_a_limit_forbids_draws_on_nothing,
    }
    officers {
        an_enrolment_address_is_used_once_and_ends,
        a_proof_is_taken_once_and_never_an_older_one,
        an_officers_session_ends_by_idleness_age_and_sign_out,
        an_officer_sees_the_other_sessions_and_closes_them,
        a_way_in_takes_two_admins,
        a_disabled_officer_is_out_and_an_admin_always_stays,
        an_officer_adds_a_passkey_and_gives_up_all_but_the_last,
        a_ceremony_is_taken_out_once_and_ends,
        a_touch_names_its_purpose_and_takes_its_proof,
    }
}

#[tokio::test]
async fn an_acknowledged_transaction_is_there_after_a_restart() {
    let world = sqlite();
    let record = world.begin().await;
    let (place, clock, store) = world.into_parts();
    drop(store);
    let again = Sqlite::open(&place.folder().join("test.db"), clock).expect("the database");
    again.bind_rows(Arc::new(TestRing));
    assert_eq!(again.recovery(record.recovery.id).await.expect("a read"), Some(record));
}

#[tokio::test]
async fn a_start_in_the_past_is_refused() {
    let world = sqlite();
    world.begin().await;
    let (place, clock, store) = world.into_parts();
    drop(store);
    clock.back(3_600);
    let refused = Sqlite::open(&place.folder().join("test.db"), clock);
    assert!(matches!(refused.err(), Some(StoreError::ClockBehind { seconds: 3_600 })));
}

#[tokio::test]
async fn a_schema_of_a_newer_version_is_refused() {
    let (place, clock, store) = sqlite().into_parts();
    drop(store);
    let path = place.folder().join("test.db");
    let connection = rusqlite::Connection::open(&path).expect("the database");
    connection.execute("INSERT INTO migration VALUES (99, x'00')", []).expect("a newer migration");
    drop(connection);
    assert!(matches!(Sqlite::open(&path, clock).err(), Some(StoreError::NewerSchema { found: 99, .. })));
}
