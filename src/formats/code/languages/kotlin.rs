//! Kotlin.

use super::super::language::{Language, Role};
use std::sync::OnceLock;

/// Kotlin, its Gradle scripts included.
pub(in super::super) static KOTLIN: Language = Language {
    grammar: || tree_sitter_kotlin_ng::LANGUAGE.into(),
    extensions: &["kt", "kts"],
    fences: &["kotlin", "kt", "kts"],
    kinds: &[
        (
            Role::Skip,
            "import package_header type_arguments type_parameters user_type nullable_type function_type \
             visibility_modifier",
        ),
        (Role::Comment, "line_comment block_comment"),
        (Role::Str, "string_literal multiline_string_literal"),
        (Role::Escape, "escape_sequence"),
        (Role::Interp, "interpolation"),
        (Role::Num, "number_literal"),
        (Role::Ident, "identifier this_expression"),
        (Role::Member, "navigation_expression"),
        (Role::Index, "index_expression"),
        (
            Role::Call,
            "call_expression constructor_invocation enum_entry constructor_delegation_call",
        ),
        (Role::Args, "value_arguments"),
        (Role::Binary, "binary_expression infix_expression"),
        (Role::Unary, "unary_expression"),
        (
            Role::Pair,
            "property_declaration assignment class_parameter parameter value_argument",
        ),
        (Role::List, "collection_literal"),
        (Role::Block, "source_file block class_body enum_class_body"),
        (
            Role::Params,
            "function_value_parameters class_parameters lambda_parameters",
        ),
        (
            Role::Wrap,
            "parenthesized_expression as_expression variable_declaration function_body lambda_literal \
             annotated_lambda",
        ),
        (Role::Return, "return_expression"),
        (
            Role::Function,
            "function_declaration anonymous_function getter secondary_constructor",
        ),
        (
            Role::Class,
            "class_declaration object_declaration companion_object object_literal",
        ),
        (Role::Annotation, "annotation file_annotation"),
        (Role::Stop, "range_expression when_entry range_test"),
    ],
    compiled: OnceLock::new(),
};
