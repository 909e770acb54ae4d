//! What commands are made of: from what somebody typed to everything that would be sent.
//! Shell: reads the project, the ledger and the network.

pub mod approved_now;
pub mod audience_choice;
pub mod chosen_edition;
pub mod copy_review;
pub mod corrections;
pub mod destination;
pub mod frozen;
pub mod gather;
pub mod ledgers;
pub mod list_place;
pub mod mailing_list;
pub mod message_template;
pub mod next_edition;
pub mod notices;
pub mod practised;
pub mod prepare;
pub mod relay;
pub mod run_checks;
pub mod settings_file;
pub mod source_text;
pub mod stop_row;
pub mod story_sizes;
pub mod typed_again;
pub mod window_args;
