//! The Search page: keys, pages, actions and requests, from one field.

mod action;
mod catalog;
mod key_action;
mod page;
pub mod show;
mod view;
