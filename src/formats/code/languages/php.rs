//! PHP.

use super::super::language::{Language, Role};
use std::sync::OnceLock;

/// PHP, with the HTML around it.
pub(in super::super) static PHP: Language = Language {
    grammar: || tree_sitter_php::LANGUAGE_PHP.into(),
    extensions: &["php", "phtml", "inc"],
    fences: &["php"],
    kinds: KINDS,
    compiled: OnceLock::new(),
};

/// The same without the opening tag, as documents quote it.
pub(in super::super) static PHP_ONLY: Language = Language {
    grammar: || tree_sitter_php::LANGUAGE_PHP_ONLY.into(),
    extensions: &[],
    fences: &[],
    kinds: KINDS,
    compiled: OnceLock::new(),
};

/// The roles of both grammars' nodes; the HTML around the code is `text`.
const KINDS: &[(Role, &str)] = &[
    (Role::Words, "text"),
    (
        Role::Skip,
        "namespace_use_declaration namespace_definition primitive_type named_type optional_type \
         union_type visibility_modifier by_ref cast_type",
    ),
    (Role::Comment, "comment"),
    (
        Role::Str,
        "string encapsed_string heredoc_body nowdoc_body shell_command_expression",
    ),
    (Role::Escape, "escape_sequence"),
    (Role::Num, "integer"),
    (
        Role::Ident,
        "name variable_name qualified_name relative_scope",
    ),
    (
        Role::Member,
        "member_access_expression nullsafe_member_access_expression class_constant_access_expression \
         scoped_property_access_expression",
    ),
    (Role::Index, "subscript_expression"),
    (
        Role::Call,
        "function_call_expression member_call_expression nullsafe_member_call_expression \
         scoped_call_expression object_creation_expression attribute",
    ),
    (Role::Args, "arguments"),
    (Role::Binary, "binary_expression"),
    (Role::Ternary, "conditional_expression"),
    (Role::Unary, "unary_op_expression update_expression"),
    (
        Role::Pair,
        "array_element_initializer const_element property_element assignment_expression \
         augmented_assignment_expression argument simple_parameter property_promotion_parameter \
         static_variable_declaration enum_case",
    ),
    (Role::Object, "array_creation_expression"),
    (Role::List, "list_literal sequence_expression"),
    (
        Role::Block,
        "program compound_statement declaration_list const_declaration property_declaration \
         enum_declaration_list colon_block",
    ),
    (Role::Params, "formal_parameters"),
    (
        Role::Wrap,
        "parenthesized_expression cast_expression heredoc nowdoc error_suppression_expression \
         variadic_unpacking",
    ),
    (Role::Return, "return_statement"),
    (
        Role::Function,
        "function_definition method_declaration anonymous_function arrow_function",
    ),
    (
        Role::Class,
        "class_declaration interface_declaration trait_declaration enum_declaration anonymous_class",
    ),
    (Role::Annotation, "attribute_list"),
    (
        Role::Stop,
        "case_statement match_condition_list for_statement",
    ),
];
