//! Java.

use super::super::language::{Language, Role};
use std::sync::OnceLock;

/// Java.
pub(in super::super) static JAVA: Language = Language {
    grammar: || tree_sitter_java::LANGUAGE.into(),
    extensions: &["java"],
    fences: &["java"],
    kinds: &[
        (
            Role::Skip,
            "import_declaration package_declaration type_arguments type_parameters dimensions \
             integral_type type_identifier generic_type scoped_type_identifier array_type \
             super_interfaces superclass throws",
        ),
        (Role::Comment, "line_comment block_comment"),
        (Role::Str, "string_literal"),
        (Role::Escape, "escape_sequence"),
        (Role::Interp, "string_interpolation"),
        (Role::Num, "decimal_integer_literal"),
        (Role::Ident, "identifier this"),
        (Role::Member, "field_access scoped_identifier"),
        (Role::Index, "array_access"),
        (
            Role::Call,
            "method_invocation object_creation_expression explicit_constructor_invocation enum_constant",
        ),
        (Role::Args, "argument_list annotation_argument_list"),
        (Role::Binary, "binary_expression"),
        (Role::Ternary, "ternary_expression"),
        (Role::Unary, "unary_expression update_expression"),
        (
            Role::Pair,
            "variable_declarator assignment_expression element_value_pair formal_parameter \
             annotation_type_element_declaration",
        ),
        (
            Role::List,
            "array_initializer element_value_array_initializer",
        ),
        (
            Role::Block,
            "program block class_body constructor_body interface_body enum_body enum_body_declarations \
             annotation_type_body",
        ),
        (Role::Params, "formal_parameters inferred_parameters"),
        (
            Role::Wrap,
            "parenthesized_expression cast_expression array_creation_expression",
        ),
        (Role::Return, "return_statement"),
        (
            Role::Function,
            "method_declaration constructor_declaration lambda_expression compact_constructor_declaration",
        ),
        (
            Role::Class,
            "class_declaration interface_declaration enum_declaration record_declaration \
             annotation_type_declaration",
        ),
        (Role::Annotation, "annotation marker_annotation"),
        (Role::Stop, "switch_label dimensions_expr for_statement"),
    ],
    compiled: OnceLock::new(),
};
