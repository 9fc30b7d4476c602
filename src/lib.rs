//! portlint keeps database ports inside their reserved range, across a whole repository.
//!
//! One way through the house; every arrow is one function, every box plain data:
//!
//! ```text
//! walk → classify → formats (facts with byte spans) → resolve (model) → judge, plan → rules → findings → render
//!                                                                                                  └→ fix
//! ```
#![forbid(unsafe_code)]

pub mod baseline;
pub mod bounded;
pub mod changes;
pub mod classify;
pub mod cli;
pub mod effective;
pub mod engine;
pub mod error;
pub mod facts;
pub mod finding;
pub mod fingerprint;
pub mod fix;
pub mod focus;
pub mod formats;
pub mod git;
pub mod guard;
pub mod identify;
pub mod interpolate;
pub mod inventory;
pub mod judge;
pub mod load;
pub mod lookup;
pub mod mask;
pub mod mend;
pub mod model;
pub mod paths;
pub mod plan;
pub mod policy;
pub mod ports;
pub mod render;
pub mod resolve;
pub mod root;
pub mod rules;
pub mod select;
pub mod source;
pub mod suppress;
pub mod symbols;
pub mod walk;
