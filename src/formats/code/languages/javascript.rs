//! JavaScript and TypeScript, with and without JSX.

use super::super::language::{Language, Role};
use std::sync::OnceLock;

/// JavaScript, JSX and TSX: the grammar of TSX reads all three.
pub(in super::super) static JAVASCRIPT: Language = Language {
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    extensions: &["js", "jsx", "mjs", "cjs", "tsx"],
    fences: &[
        "js",
        "javascript",
        "jsx",
        "mjs",
        "cjs",
        "tsx",
        "node",
        "nodejs",
    ],
    kinds: &[
        (
            Role::Skip,
            "import_statement import_alias type_annotation type_alias_declaration interface_declaration \
             type_parameters type_arguments accessibility_modifier opting_type_annotation \
             omitting_type_annotation regex object_type literal_type function_signature predefined_type",
        ),
        (Role::Comment, "comment html_comment"),
        (Role::Str, "string template_string"),
        (Role::Escape, "escape_sequence"),
        (Role::Interp, "template_substitution"),
        (Role::Num, "number"),
        (
            Role::Ident,
            "identifier property_identifier private_property_identifier shorthand_property_identifier \
             shorthand_property_identifier_pattern type_identifier statement_identifier this",
        ),
        (Role::Member, "member_expression nested_identifier"),
        (Role::Index, "subscript_expression"),
        (Role::Call, "call_expression new_expression"),
        (Role::Args, "arguments"),
        (Role::Binary, "binary_expression"),
        (Role::Ternary, "ternary_expression"),
        (Role::Unary, "unary_expression update_expression"),
        (
            Role::Pair,
            "pair pair_pattern variable_declarator assignment_expression augmented_assignment_expression \
             assignment_pattern object_assignment_pattern public_field_definition required_parameter \
             optional_parameter enum_assignment labeled_statement jsx_attribute",
        ),
        (Role::Object, "object object_pattern"),
        (Role::List, "array array_pattern sequence_expression"),
        (
            Role::Block,
            "program statement_block class_body switch_body enum_body",
        ),
        (Role::Params, "formal_parameters"),
        (
            Role::Wrap,
            "parenthesized_expression await_expression as_expression satisfies_expression \
             non_null_expression spread_element yield_expression jsx_expression",
        ),
        (Role::Return, "return_statement"),
        (
            Role::Function,
            "function_declaration function_expression arrow_function method_definition generator_function \
             generator_function_declaration",
        ),
        (
            Role::Class,
            "class_declaration class abstract_class_declaration enum_declaration internal_module module",
        ),
        (Role::Annotation, "decorator"),
        (
            Role::Stop,
            "switch_case template_literal_type for_statement",
        ),
        (Role::Words, "jsx_text"),
    ],
    compiled: OnceLock::new(),
};

/// TypeScript without JSX, where `<T>x` is a cast.
pub(in super::super) static TYPESCRIPT: Language = Language {
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    extensions: &["ts", "mts", "cts"],
    fences: &["ts", "typescript", "mts", "cts"],
    kinds: &[
        (
            Role::Skip,
            "import_statement import_alias type_annotation type_alias_declaration interface_declaration \
             type_parameters type_arguments accessibility_modifier opting_type_annotation \
             omitting_type_annotation regex object_type literal_type function_signature predefined_type",
        ),
        (Role::Comment, "comment html_comment"),
        (Role::Str, "string template_string"),
        (Role::Escape, "escape_sequence"),
        (Role::Interp, "template_substitution"),
        (Role::Num, "number"),
        (
            Role::Ident,
            "identifier property_identifier private_property_identifier shorthand_property_identifier \
             shorthand_property_identifier_pattern type_identifier statement_identifier this",
        ),
        (Role::Member, "member_expression nested_identifier"),
        (Role::Index, "subscript_expression"),
        (Role::Call, "call_expression new_expression"),
        (Role::Args, "arguments"),
        (Role::Binary, "binary_expression"),
        (Role::Ternary, "ternary_expression"),
        (Role::Unary, "unary_expression update_expression"),
        (
            Role::Pair,
            "pair pair_pattern variable_declarator assignment_expression augmented_assignment_expression \
             assignment_pattern object_assignment_pattern public_field_definition required_parameter \
             optional_parameter enum_assignment labeled_statement",
        ),
        (Role::Object, "object object_pattern"),
        (Role::List, "array array_pattern sequence_expression"),
        (
            Role::Block,
            "program statement_block class_body switch_body enum_body",
        ),
        (Role::Params, "formal_parameters"),
        (
            Role::Wrap,
            "parenthesized_expression await_expression as_expression satisfies_expression \
             non_null_expression spread_element yield_expression type_assertion",
        ),
        (Role::Return, "return_statement"),
        (
            Role::Function,
            "function_declaration function_expression arrow_function method_definition generator_function \
             generator_function_declaration",
        ),
        (
            Role::Class,
            "class_declaration class abstract_class_declaration enum_declaration internal_module module",
        ),
        (Role::Annotation, "decorator"),
        (
            Role::Stop,
            "switch_case template_literal_type for_statement",
        ),
    ],
    compiled: OnceLock::new(),
};
