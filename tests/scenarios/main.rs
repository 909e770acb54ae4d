//! What happens to a charity and its supporters, from the command line to the last byte. One file a happening.

#[path = "../support/mod.rs"]
mod support;

mod a_comms_officer_slips;
#[cfg(unix)]
mod a_drop_box_keeps_requests;
mod a_mistake_is_corrected;
mod a_newsletter_begins;
mod a_service_reports_events;
mod a_test_is_sent;
mod an_edition_for_some;
mod an_edition_has_a_purpose;
mod an_edition_is_approved;
mod an_edition_is_stopped;
mod bad_input;
#[cfg(unix)]
mod bad_input_by_kind;
mod dies_at_each_point;
mod documents_are_followed;
mod everybody_gets_one;
mod killed_and_resumed;
mod listing_moves_in;
mod mail_comes_back;
#[cfg(unix)]
mod mail_goes_round;
mod news_from_anywhere;
mod newsletters_share_a_list;
mod next_steps_run;
mod no_secret_is_shown;
mod nobody_names_an_edition;
mod nothing_of_people_leaks;
mod outputs_spare_what_is_there;
mod own_columns_stay;
mod paused_and_cancelled;
mod people_are_imported;
mod postfix_takes_it;
mod previewed_is_sent;
mod programs_read_everything;
#[cfg(unix)]
mod real_servers;
mod refused_and_resolved;
mod relay_in_trouble;
mod relay_misbehaves;
mod several_machines;
mod signed;
mod somebody_has_a_strange_name;
mod somebody_has_another_address;
mod somebody_leaves;
mod somebody_leaves_by_a_link;
mod somebody_reads_welsh;
mod somebody_signs_up;
mod somebody_writes_in_another_alphabet;
mod strange_characters;
mod the_archive_is_public;
mod the_doctor_looks;
mod the_ledger_is_lost;
mod the_ledger_is_strange;
mod the_list_is_tidied;
mod the_list_looks_wrong;
mod the_mail_is_checked;
mod the_operator_knows;
mod the_relay_asks_for_less;
#[cfg(unix)]
mod the_relay_is_set_up;
mod the_relays_log_settles_it;
mod the_schedule_is_kept;
mod tls_or_nothing;
mod trustees_read_a_report;
mod two_people_at_once;
