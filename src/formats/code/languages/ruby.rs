//! Ruby.

use super::super::language::{Language, Role};
use std::sync::OnceLock;

/// Ruby, its tasks and manifests included.
pub(in super::super) static RUBY: Language = Language {
    grammar: || tree_sitter_ruby::LANGUAGE.into(),
    extensions: &["rb", "rake", "gemspec", "ru"],
    fences: &["ruby", "rb"],
    kinds: &[
        (Role::Comment, "comment"),
        (Role::Str, "string heredoc_body bare_string subshell"),
        (Role::Escape, "escape_sequence"),
        (Role::Interp, "interpolation"),
        (Role::Num, "integer"),
        (
            Role::Ident,
            "identifier constant instance_variable class_variable global_variable hash_key_symbol \
             simple_symbol self",
        ),
        (Role::Member, "scope_resolution"),
        (Role::Index, "element_reference"),
        (Role::Call, "call super"),
        (Role::Args, "argument_list"),
        (Role::Binary, "binary"),
        (Role::Ternary, "conditional"),
        (Role::Unary, "unary"),
        (
            Role::Pair,
            "pair assignment operator_assignment keyword_parameter optional_parameter",
        ),
        (Role::Object, "hash"),
        (
            Role::List,
            "array left_assignment_list right_assignment_list string_array chained_string",
        ),
        (
            Role::Block,
            "program body_statement block_body do_block block then else begin",
        ),
        (
            Role::Params,
            "method_parameters block_parameters lambda_parameters",
        ),
        (
            Role::Wrap,
            "parenthesized_statements rescue_modifier splat_argument hash_splat_argument",
        ),
        (Role::Return, "return"),
        (Role::Function, "method singleton_method lambda"),
        (Role::Class, "class module singleton_class"),
        (Role::Stop, "range when regex symbol_array"),
    ],
    compiled: OnceLock::new(),
};
