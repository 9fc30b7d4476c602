//! What the reader must know of a programming language: its grammar, and which role each sort of node plays.

use std::collections::HashMap;
use std::sync::OnceLock;

/// What a node of the syntax tree is to the reader, whatever its language calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing that matters: seen through.
    #[default]
    Other,
    /// Left out of the tree with all that it holds: types, imports.
    Skip,
    /// A comment.
    Comment,
    /// A string literal.
    Str,
    /// Running text: JSX text, HTML around PHP.
    Words,
    /// An escape sequence in a string.
    Escape,
    /// An expression in a string.
    Interp,
    /// A number.
    Num,
    /// A name.
    Ident,
    /// `a.b`
    Member,
    /// `a["b"]`
    Index,
    /// A call, a construction, a macro.
    Call,
    /// The arguments of a call.
    Args,
    /// Two operands and an operator.
    Binary,
    /// `a ? b : c`, `b if a else c`.
    Ternary,
    /// One operand and an operator.
    Unary,
    /// A name and its value: assignment, declaration, keyword argument, object entry, field, parameter with default.
    Pair,
    /// A mapping's entries, a struct literal's body.
    Object,
    /// An array, a tuple, a list of expressions.
    List,
    /// Statements, members of a class, the whole file.
    Block,
    /// Parameters of a function.
    Params,
    /// Parentheses, casts, `await`: the value inside is the value.
    Wrap,
    /// `return x`
    Return,
    /// A function or method.
    Function,
    /// A class, struct, module or other named block.
    Class,
    /// A decorator, annotation or attribute.
    Annotation,
    /// Loose tokens: the arguments of a Rust macro or attribute.
    Tokens,
    /// A token without a name, kept inside [`Role::Tokens`] only.
    Punct,
    /// A place where a number is no setting: comparisons, subscripts, cases, ranges.
    Stop,
}

/// The fields of grammars that tell a node's parts apart, by what they mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Field {
    /// None, or one that does not matter.
    #[default]
    None,
    /// The name of a pair or declaration.
    Key,
    /// The value of a pair.
    Value,
    /// A type, left out of the tree.
    Type,
    /// A struct field's tag.
    Tag,
}

impl Field {
    fn of(name: &str) -> Self {
        match name {
            "key" | "name" | "left" | "pattern" | "property" | "field" | "label" => Self::Key,
            "value" | "right" | "default_value" => Self::Value,
            "type" | "return_type" | "returns" | "type_arguments" | "type_parameters" => Self::Type,
            "tag" => Self::Tag,
            _ => Self::None,
        }
    }
}

/// A programming language.
pub(super) struct Language {
    /// Its grammar.
    pub(super) grammar: fn() -> tree_sitter::Language,
    /// File name extensions, lower case, without the dot.
    pub(super) extensions: &'static [&'static str],
    /// Names in fenced blocks of documents.
    pub(super) fences: &'static [&'static str],
    /// The roles of its nodes: kinds separated by blanks.
    pub(super) kinds: &'static [(Role, &'static str)],
    /// The table by number, made at first use.
    pub(super) compiled: OnceLock<Compiled>,
}

/// A language's tables by the grammar's numbers.
pub(super) struct Compiled {
    /// The grammar.
    pub(super) grammar: tree_sitter::Language,
    roles: Vec<Role>,
    fields: Vec<Field>,
}

impl Compiled {
    /// The role of a kind.
    pub(super) fn role(&self, kind: u16) -> Role {
        self.roles
            .get(usize::from(kind))
            .copied()
            .unwrap_or_default()
    }

    /// The meaning of a field.
    pub(super) fn field(&self, id: Option<std::num::NonZeroU16>) -> Field {
        id.and_then(|id| self.fields.get(usize::from(id.get())))
            .copied()
            .unwrap_or_default()
    }
}

impl Language {
    /// The tables.
    pub(super) fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            let grammar = (self.grammar)();
            let by_kind: HashMap<&str, Role> = self
                .kinds
                .iter()
                .flat_map(|&(role, kinds)| kinds.split_whitespace().map(move |kind| (kind, role)))
                .collect();
            let roles = (0..grammar.node_kind_count())
                .map(|id| {
                    let id = u16::try_from(id).unwrap_or(u16::MAX);
                    let role = grammar.node_kind_for_id(id).and_then(|k| by_kind.get(k));
                    match grammar.node_kind_is_named(id) {
                        true => role.copied().unwrap_or_default(),
                        false => Role::Punct,
                    }
                })
                .collect();
            let fields = (0..=grammar.field_count())
                .map(|id| {
                    let id = u16::try_from(id).unwrap_or(u16::MAX);
                    grammar
                        .field_name_for_id(id)
                        .map(Field::of)
                        .unwrap_or_default()
                })
                .collect();
            Compiled {
                grammar,
                roles,
                fields,
            }
        })
    }

    /// Whether the language's files end so, in lower case.
    pub(super) fn owns(&self, ending: &str) -> bool {
        self.extensions.contains(&ending)
    }
}

#[cfg(test)]
mod tests {
    use super::super::languages::ALL;

    #[test]
    fn every_kind_in_a_table_is_one_of_its_grammar() {
        for language in ALL {
            let grammar = (language.grammar)();
            for kind in language
                .kinds
                .iter()
                .flat_map(|(_, k)| k.split_whitespace())
            {
                assert_ne!(
                    grammar.id_for_node_kind(kind, true),
                    0,
                    "{} has no `{kind}`",
                    language.extensions[0]
                );
            }
        }
    }

    #[test]
    fn no_kind_has_two_roles_and_no_extension_two_languages() {
        let mut seen = std::collections::BTreeSet::new();
        for language in ALL {
            for kind in language
                .kinds
                .iter()
                .flat_map(|(_, k)| k.split_whitespace())
            {
                let name = language.extensions[0];
                assert!(seen.insert((name, kind)), "{name} {kind}");
            }
            for ext in language.extensions.iter().chain(language.fences) {
                assert!(
                    seen.insert(("", ext)) || language.fences.contains(ext),
                    "{ext}"
                );
            }
        }
    }
}
