//! C#.

use super::super::language::{Language, Role};
use std::sync::OnceLock;

/// C#.
pub(in super::super) static C_SHARP: Language = Language {
    grammar: || tree_sitter_c_sharp::LANGUAGE.into(),
    extensions: &["cs", "csx"],
    fences: &["csharp", "cs", "c#", "dotnet"],
    kinds: &[
        (
            Role::Skip,
            "using_directive type_argument_list type_parameter_list predefined_type implicit_type \
             nullable_type array_type base_list modifier accessor_list preproc_line preproc_pragma \
             interpolation_brace interpolation_format_clause interpolation_alignment_clause",
        ),
        (Role::Comment, "comment"),
        (
            Role::Str,
            "string_literal verbatim_string_literal raw_string_literal interpolated_string_expression",
        ),
        (Role::Escape, "escape_sequence"),
        (Role::Interp, "interpolation"),
        (Role::Num, "integer_literal"),
        (Role::Ident, "identifier"),
        (
            Role::Member,
            "member_access_expression qualified_name member_binding_expression",
        ),
        (Role::Index, "element_access_expression"),
        (
            Role::Call,
            "invocation_expression object_creation_expression implicit_object_creation_expression \
             attribute",
        ),
        (Role::Args, "argument_list attribute_argument_list"),
        (Role::Binary, "binary_expression"),
        (Role::Ternary, "conditional_expression"),
        (Role::Unary, "prefix_unary_expression unary_expression"),
        (
            Role::Pair,
            "variable_declarator assignment_expression property_declaration argument attribute_argument \
             parameter enum_member_declaration tuple_element",
        ),
        (
            Role::Object,
            "initializer_expression anonymous_object_creation_expression",
        ),
        (
            Role::List,
            "tuple_expression array_creation_expression implicit_array_creation_expression \
             collection_expression",
        ),
        (
            Role::Block,
            "compilation_unit block declaration_list enum_member_declaration_list",
        ),
        (Role::Params, "parameter_list bracketed_parameter_list"),
        (
            Role::Wrap,
            "parenthesized_expression cast_expression await_expression checked_expression \
             postfix_unary_expression arrow_expression_clause generic_name element_binding_expression \
             as_expression conditional_access_expression",
        ),
        (Role::Return, "return_statement"),
        (
            Role::Function,
            "method_declaration constructor_declaration local_function_statement lambda_expression \
             anonymous_method_expression",
        ),
        (
            Role::Class,
            "class_declaration struct_declaration record_declaration interface_declaration \
             enum_declaration namespace_declaration file_scoped_namespace_declaration",
        ),
        (Role::Annotation, "attribute_list"),
        (
            Role::Stop,
            "constant_pattern switch_section range_expression bracketed_argument_list is_expression \
             switch_expression_arm",
        ),
    ],
    compiled: OnceLock::new(),
};
