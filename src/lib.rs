//! roundup turns an organisation's news into one email, and sends it once to everybody on the list.
//!
//! The rooms stand in the order a story walks through them; each uses only rooms above it (`tests/house.rs`).
#![forbid(unsafe_code)]

pub mod count;
pub mod problem;
pub mod rfc;
pub mod shell_words;

pub mod date;

pub mod database;

pub mod news;
pub mod pictures;
pub mod window;

pub mod schedule;

pub mod locale;

pub mod edition;

pub mod audience;

pub mod compose;

pub mod check;

pub mod providers;

pub mod bounces;

pub mod approval;

pub mod ledger;

pub mod message;

pub mod smtp;

pub mod send;

pub mod people;

pub mod inbox;

pub mod report;

pub mod operator;

pub mod doctor;

pub mod web;

pub mod project;

pub mod cli;
