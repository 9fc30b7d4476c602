//! Python.

use super::super::language::{Language, Role};
use std::sync::OnceLock;

/// Python.
pub(in super::super) static PYTHON: Language = Language {
    grammar: || tree_sitter_python::LANGUAGE.into(),
    extensions: &["py", "pyi", "pyw"],
    fences: &["python", "py", "python3", "py3", "pycon"],
    kinds: &[
        (
            Role::Skip,
            "import_statement import_from_statement future_import_statement type",
        ),
        (Role::Comment, "comment"),
        (Role::Str, "string"),
        (Role::Escape, "escape_sequence escape_interpolation"),
        (Role::Interp, "interpolation"),
        (Role::Num, "integer"),
        (Role::Ident, "identifier dotted_name"),
        (Role::Member, "attribute"),
        (Role::Index, "subscript"),
        (Role::Call, "call"),
        (Role::Args, "argument_list"),
        (Role::Binary, "binary_operator boolean_operator"),
        (Role::Ternary, "conditional_expression"),
        (Role::Unary, "unary_operator not_operator"),
        (
            Role::Pair,
            "pair assignment augmented_assignment named_expression keyword_argument default_parameter \
             typed_default_parameter",
        ),
        (Role::Object, "dictionary"),
        (
            Role::List,
            "list tuple set expression_list pattern_list list_pattern tuple_pattern concatenated_string",
        ),
        (Role::Block, "module block"),
        (Role::Params, "parameters lambda_parameters"),
        (
            Role::Wrap,
            "parenthesized_expression await dictionary_splat list_splat",
        ),
        (Role::Return, "return_statement"),
        (Role::Function, "function_definition lambda"),
        (Role::Class, "class_definition"),
        (Role::Annotation, "decorator"),
        (
            Role::Stop,
            "comparison_operator slice case_clause case_pattern format_specifier",
        ),
    ],
    compiled: OnceLock::new(),
};
