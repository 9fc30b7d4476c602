//! Rust.

use super::super::language::{Language, Role};
use std::sync::OnceLock;

/// Rust.
pub(in super::super) static RUST: Language = Language {
    grammar: || tree_sitter_rust::LANGUAGE.into(),
    extensions: &["rs"],
    fences: &["rust", "rs"],
    kinds: &[
        (
            Role::Skip,
            "use_declaration extern_crate_declaration type_arguments type_parameters visibility_modifier \
             where_clause type_item self_parameter mutable_specifier",
        ),
        (Role::Comment, "line_comment block_comment"),
        (Role::Str, "string_literal raw_string_literal"),
        (Role::Escape, "escape_sequence"),
        (Role::Num, "integer_literal"),
        (
            Role::Ident,
            "identifier field_identifier shorthand_field_identifier type_identifier self metavariable",
        ),
        (Role::Member, "field_expression scoped_identifier"),
        (Role::Index, "index_expression"),
        (
            Role::Call,
            "call_expression macro_invocation struct_expression",
        ),
        (Role::Args, "arguments"),
        (Role::Binary, "binary_expression"),
        (Role::Unary, "unary_expression negative_literal"),
        (
            Role::Pair,
            "field_initializer let_declaration const_item static_item assignment_expression \
             compound_assignment_expr field_declaration enum_variant let_condition parameter",
        ),
        (Role::Object, "field_initializer_list"),
        (Role::List, "tuple_expression array_expression"),
        (
            Role::Block,
            "source_file block declaration_list field_declaration_list enum_variant_list",
        ),
        (Role::Params, "parameters closure_parameters"),
        (
            Role::Wrap,
            "parenthesized_expression reference_expression try_expression type_cast_expression \
             await_expression unsafe_block generic_function",
        ),
        (Role::Return, "return_expression"),
        (Role::Function, "function_item closure_expression"),
        (
            Role::Class,
            "impl_item struct_item enum_item mod_item trait_item",
        ),
        (Role::Annotation, "attribute_item inner_attribute_item"),
        (Role::Tokens, "token_tree"),
        (
            Role::Stop,
            "range_expression match_pattern range_pattern macro_definition array_type",
        ),
    ],
    compiled: OnceLock::new(),
};
