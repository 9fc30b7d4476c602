//! Literals among the arguments of a call: what its name and the arguments beside say of them.

use super::callees::{
    is_collection, is_conversion, is_env_key, is_fallback_callee, is_pair, is_parser,
};
use super::language::Role;
use super::place::{DEPTH, MAX_SIBLINGS, Surroundings, Walk, prepend};
use super::syntax::Code;
use super::tree::Id;
use crate::facts::{Hint, ReadBy, Side};
use crate::formats::scan::names;

impl Code<'_> {
    pub(super) fn pass_call(&self, call: Id, walk: &mut Walk, found: &mut Surroundings) {
        let callee = self.callee(call);
        match self.tree.role(walk.child) {
            Role::Args | Role::Tokens => {}
            // a struct literal, or an initializer behind the arguments
            Role::Object => {
                found.outer.push(callee.to_owned());
                return;
            }
            // a block that gives the default: `ENV.fetch("X") { 5432 }`
            Role::Block | Role::Function if walk.direct => {
                let envs = self.envs_in(call..self.tree.subtree(call).end, DEPTH);
                return prepend(&mut found.envs, envs);
            }
            _ => return,
        }
        let arg = walk.grandchild;
        self.pass_reader(callee, found);
        found.command |= walk.direct && self.runs(call);
        if !walk.direct {
            if !(walk.nested && is_collection(callee)) {
                walk.nested = false;
                found.outer.push(callee.to_owned());
            }
            return;
        }
        self.pass_argument(call, arg, walk, found);
    }

    /// A literal that is, as far as is known, an argument's whole value.
    fn pass_argument(&self, call: Id, arg: Id, walk: &mut Walk, found: &mut Surroundings) {
        let callee = self.callee(call);
        let args: Vec<Id> = self.arguments(call).take(MAX_SIBLINGS).collect();
        let first = args.first() == Some(&arg);
        let short = self.tree.text(self.bare(arg)).len() <= 2;
        if !first && short && is_parser(callee) {
            // a base: `parseInt(x, 10)`
            found.plain = false;
            walk.direct = false;
            return;
        }
        let looked_up = !first && self.env_at(call).is_some();
        let default = self.take_variables(call, arg, &args, walk, found);
        let key = match first || looked_up {
            true => None,
            false => self.port_key(&args, arg),
        };
        if let Some(key) = key {
            found.host = found.host.take().or(self.keyed_host(call, &key));
            found.keys.push(key);
        } else if !walk.direct || default || (found.defaulted && first) {
            return;
        } else if found.hint.is_some() || names::is_port(callee) && !is_pair(callee) {
            found.keys.push(callee.to_owned());
            found.host = found.host.take().or(self.chained_host(call));
        } else {
            let beside = self.positional_host(arg, self.dials(callee));
            found.host = found.host.take().or(beside);
            let values = args.iter().filter(|&&a| self.key(a).is_none()).count();
            if found.host.is_none() && (values <= 1 || is_radix(self, &args, arg)) {
                // a conversion: the value goes on
                if !is_conversion(callee) {
                    found.outer.push(callee.to_owned());
                }
                return;
            }
        }
        found.entry = found.entry.or(Some(arg));
        found.outer.push(callee.to_owned());
        walk.direct = false;
        walk.nested = false;
    }

    /// Takes the variables whose default an argument is, and says whether it is a default at all.
    fn take_variables(
        &self,
        call: Id,
        arg: Id,
        args: &[Id],
        walk: &mut Walk,
        found: &mut Surroundings,
    ) -> bool {
        let own = self.env_at(call).filter(|_| args.first() != Some(&arg));
        let mut envs: Vec<String> = own.into_iter().collect();
        if let Some(list) = self.args(call) {
            envs.extend(self.sibling_envs(list, arg));
        }
        let fallback = is_fallback_callee(self.callee(call));
        if fallback {
            envs.extend(self.envs_in(self.callee_nodes(call), DEPTH));
            found.defaulted = true;
        }
        if envs.is_empty() {
            // `cmp.Or(os.Getenv("DB_PORT"), "5432")`
            let before = args.iter().take_while(|&&a| a != arg);
            envs.extend(before.filter_map(|&a| self.env_at(self.bare(a))));
        }
        let default = !envs.is_empty() || fallback;
        if fallback && envs.is_empty() && found.keys.is_empty() {
            // `config.get_int("database.port").unwrap_or(5432)`
            let key = self.looked_up_port(self.callee_nodes(call));
            walk.direct = key.is_none();
            found.keys.extend(key);
        }
        prepend(&mut found.envs, envs);
        default
    }

    /// What the name of a call says of who reads its arguments.
    pub(super) fn pass_reader(&self, callee: &str, found: &mut Surroundings) {
        let words = names::parts(callee);
        let says = |word: &str| words.iter().any(|w| w == word);
        let exposes = ["exposed", "mapped", "expose", "binding"]
            .iter()
            .any(|w| says(w));
        if exposes && (says("port") || says("ports")) {
            found.read_by = Some(ReadBy::Container);
            found.hint = Some(Hint {
                side: Side::Container,
                reason: "the port inside a test's own container",
                certain: true,
            });
        } else if says("listen") || says("bind") || says("serve") {
            found.read_by = found.read_by.or(Some(ReadBy::Server));
        }
    }

    /// Whether a call runs its argument as a command.
    fn runs(&self, call: Id) -> bool {
        const WORDS: &[&str] = &[
            "exec",
            "spawn",
            "popen",
            "system",
            "shell",
            "command",
            "subprocess",
            "sh",
        ];
        let text = self.callee_text(call);
        let near = text.len().saturating_sub(40);
        let near = (near..text.len())
            .find_map(|i| text.get(i..))
            .unwrap_or(text);
        names::parts(near)
            .iter()
            .any(|w| WORDS.contains(&w.as_str()))
    }

    /// A key before the value, if it is that of a port: `config.get("db.port", 5432)`, `flag.Int("port", 5432, "…")`.
    pub(super) fn port_key(&self, args: &[Id], arg: Id) -> Option<String> {
        args.iter()
            .take_while(|&&a| a != arg)
            .take(4)
            .map(|&a| self.bare(a))
            .filter(|&a| self.tree.role(a) == Role::Str)
            .map(|a| self.tree.slice(self.content(a)))
            .find(|key| key.len() <= 80 && !key.contains(' ') && names::is_port(key))
            .map(|key| key.trim_start_matches('-').replace(':', "."))
    }

    /// Variables that are named beside a default: `Field(default=5432, env="DB_PORT")`, `{ default: 5432, env: 'PGPORT' }`.
    pub(super) fn sibling_envs(&self, group: Id, own: Id) -> Vec<String> {
        let tree = &self.tree;
        if !matches!(tree.role(group), Role::Args | Role::Object) {
            return Vec::new();
        }
        tree.parts(group)
            .take(MAX_SIBLINGS)
            .filter(|&p| p != own && tree.role(p) == Role::Pair)
            .filter(|&p| self.key_name(p).is_some_and(is_env_key))
            .filter_map(|p| self.value(p))
            .flat_map(|v| tree.subtree(v).take(MAX_SIBLINGS))
            .filter(|&n| tree.role(n) == Role::Str)
            .map(|s| tree.slice(self.content(s)).to_owned())
            .filter(|name| super::env::is_variable(name))
            .collect()
    }
}

/// Whether an argument is converted by a base: `parseInt(x, 10)`.
fn is_radix(code: &Code<'_>, args: &[Id], arg: Id) -> bool {
    matches!(args, &[first, radix] if first == arg && code.tree.role(code.bare(radix)) == Role::Num
        && code.tree.text(code.bare(radix)).len() <= 2)
}
