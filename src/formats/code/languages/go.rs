//! Go.

use super::super::language::{Language, Role};
use std::sync::OnceLock;

/// Go.
pub(in super::super) static GO: Language = Language {
    grammar: || tree_sitter_go::LANGUAGE.into(),
    extensions: &["go"],
    fences: &["go", "golang"],
    kinds: &[
        (
            Role::Skip,
            "import_declaration package_clause type_arguments parameter_declaration map_type slice_type \
             array_type pointer_type",
        ),
        (Role::Comment, "comment"),
        (Role::Str, "interpreted_string_literal raw_string_literal"),
        (Role::Escape, "escape_sequence"),
        (Role::Num, "int_literal"),
        (
            Role::Ident,
            "identifier field_identifier type_identifier package_identifier",
        ),
        (Role::Member, "selector_expression qualified_type"),
        (Role::Index, "index_expression"),
        (
            Role::Call,
            "call_expression composite_literal type_conversion_expression",
        ),
        (Role::Args, "argument_list"),
        (Role::Binary, "binary_expression"),
        (Role::Unary, "unary_expression"),
        (
            Role::Pair,
            "keyed_element const_spec var_spec short_var_declaration assignment_statement \
             field_declaration",
        ),
        (Role::Object, "literal_value"),
        (Role::List, "expression_list"),
        (
            Role::Block,
            "source_file block statement_list const_declaration var_declaration var_spec_list \
             field_declaration_list",
        ),
        (Role::Params, "parameter_list"),
        (
            Role::Wrap,
            "parenthesized_expression literal_element type_assertion_expression variadic_argument \
             struct_type",
        ),
        (Role::Return, "return_statement"),
        (
            Role::Function,
            "function_declaration method_declaration func_literal",
        ),
        (Role::Class, "type_spec"),
        (
            Role::Stop,
            "slice_expression expression_case type_case for_clause",
        ),
    ],
    compiled: OnceLock::new(),
};
