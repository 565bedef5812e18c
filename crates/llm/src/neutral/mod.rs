//! The neutral form: what a request, an answer and a stream mean, whichever dialect they were said in.
//!
//! Every dialect has readers into it and writers out of it, so that any client can be served by any provider with one half
//! each and no pairs. It keeps what the dialects disagree about: blocks in their order, thinking with its seal, cache marks,
//! JSON of schemas and arguments as it was spelled. It borrows from the body that it was read from and copies nothing that is
//! large. What only one dialect can say is kept as [`Only`], which that dialect's writer says again and every other one
//! reports as lost.

mod block;
mod effort;
mod loss;
mod reply;
mod request;
mod tool;

pub use block::{Args, Block, Cache, Call, Content, Issuer, Media, MediaKind, Outcome, Seal, Source, Thinking};
pub use effort::{Effort, Wish};
pub use loss::{Field, Loss, Lost, Only, Strictness};
pub use reply::{Choice, Citation, Finish, Reason, Reply};
pub use request::{Format, Logprobs, Request, Role, Sampling, Turn};
pub use tool::{Names, Tool, ToolChoice, ToolKind};

pub(crate) use block::is_base64_data;
pub(crate) use loss::{Losses, rejected, rejected_link};
pub(crate) use request::name_outcomes;
pub(crate) use tool::{Naming, fit_id, fit_user};
