//! Scala.

use super::super::language::{Language, Role};
use std::sync::OnceLock;

/// Scala, its sbt builds included.
pub(in super::super) static SCALA: Language = Language {
    grammar: || tree_sitter_scala::LANGUAGE.into(),
    extensions: &["scala", "sc", "sbt"],
    fences: &["scala", "sbt"],
    kinds: &[
        (
            Role::Skip,
            "import_declaration package_clause type_arguments type_parameters type_identifier \
             generic_type",
        ),
        (Role::Comment, "comment block_comment"),
        (Role::Str, "string interpolated_string"),
        (Role::Escape, "escape_sequence"),
        (Role::Interp, "interpolation"),
        (Role::Num, "integer_literal"),
        (Role::Ident, "identifier"),
        (Role::Member, "field_expression"),
        (Role::Call, "call_expression instance_expression"),
        (Role::Args, "arguments"),
        (Role::Binary, "infix_expression"),
        (Role::Unary, "prefix_expression"),
        (
            Role::Pair,
            "val_definition var_definition assignment_expression class_parameter parameter",
        ),
        (Role::List, "tuple_expression"),
        (
            Role::Block,
            "compilation_unit block template_body indented_block",
        ),
        (Role::Params, "parameters class_parameters"),
        (
            Role::Wrap,
            "parenthesized_expression interpolated_string_expression ascription_expression",
        ),
        (Role::Return, "return_expression"),
        (Role::Function, "function_definition lambda_expression"),
        (
            Role::Class,
            "class_definition object_definition trait_definition package_object enum_definition",
        ),
        (Role::Annotation, "annotation"),
        (Role::Stop, "case_clause match_type"),
    ],
    compiled: OnceLock::new(),
};
