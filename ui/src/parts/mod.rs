//! The pieces that pages are made of. None knows a page or asks the server.

pub(crate) mod async_view;
pub(crate) mod chips;
pub(crate) mod code;
pub(crate) mod combobox;
pub(crate) mod copy;
pub(crate) mod dialog;
pub(crate) mod drawer;
pub(crate) mod empty;
pub(crate) mod field;
pub(crate) mod icon;
pub(crate) mod link;
pub(crate) mod mark;
pub(crate) mod menu;
pub(crate) mod modal;
pub(crate) mod number_cell;
pub(crate) mod picked;
pub(crate) mod secrets;
pub(crate) mod segmented;
pub(crate) mod status;
pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod toast;
