//! Which declarations are one port: a symbol that is declared in several variants of a stack.

use crate::model::{Declaration, DeclarationId, Model};
use std::collections::BTreeMap;

/// Index of a symbol; symbols are numbered by their first declaration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolId(pub usize);

/// The grouping of declarations into symbols.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    /// By declaration.
    ids: Vec<SymbolId>,
    /// By symbol.
    members: BTreeMap<SymbolId, Vec<DeclarationId>>,
}

impl Symbols {
    /// Declarations of one service in variants of one stack are one symbol. So are those of one container name: two
    /// containers of a name cannot run at once, whatever files they come from.
    pub fn group(model: &Model) -> Self {
        let mut sets = Sets::new(model.declarations.len());
        let mut by_service: BTreeMap<_, usize> = BTreeMap::new();
        let mut by_project: BTreeMap<_, usize> = BTreeMap::new();
        let mut by_variable: BTreeMap<_, usize> = BTreeMap::new();
        let mut by_container: BTreeMap<_, usize> = BTreeMap::new();
        for (id, declaration) in model.declarations() {
            let service = model.service(declaration.service);
            let project = model.project(service.project);
            let stack = project.stack;
            let what = (
                declaration.target,
                declaration.protocol.as_str(),
                nth(model, id, declaration),
            );
            let first = *by_service
                .entry((stack, service.name.value.as_str(), what))
                .or_insert(id.0);
            sets.union(first, id.0);
            // Files of one folder and one project name start one container for one service name, whatever they are called.
            let name = (
                project.name.as_str(),
                project.dir.as_str(),
                service.name.value.as_str(),
            );
            let first = *by_project.entry((name, what)).or_insert(id.0);
            sets.union(first, id.0);
            // One variable of one service has one value, even if its variants listen on different ports.
            if let Some(variable) = declaration
                .published
                .as_ref()
                .and_then(|p| p.variable.as_deref())
            {
                let first = *by_variable.entry((name, variable)).or_insert(id.0);
                sets.union(first, id.0);
            }
            if let Some(container) = &service.container_name {
                let first = *by_container
                    .entry((container.as_str(), what))
                    .or_insert(id.0);
                sets.union(first, id.0);
            }
        }
        let ids: Vec<SymbolId> = (0..model.declarations.len())
            .map(|i| SymbolId(sets.find(i)))
            .collect();
        let mut members: BTreeMap<SymbolId, Vec<DeclarationId>> = BTreeMap::new();
        for (i, id) in ids.iter().enumerate() {
            members.entry(*id).or_default().push(DeclarationId(i));
        }
        Self { ids, members }
    }

    /// The symbol of a declaration.
    pub fn of(&self, id: DeclarationId) -> SymbolId {
        self.ids.get(id.0).copied().unwrap_or(SymbolId(id.0))
    }

    /// The declarations of a symbol, in the order of the model.
    pub fn members(&self, id: SymbolId) -> &[DeclarationId] {
        self.members.get(&id).map_or(&[], Vec::as_slice)
    }

    /// All symbols in order.
    pub fn iter(&self) -> impl Iterator<Item = (SymbolId, &[DeclarationId])> {
        self.members
            .iter()
            .map(|(id, members)| (*id, members.as_slice()))
    }
}

/// How many entries of the same service and target come before this one: `"5432:5432"` and `"5433:5432"` of one service
/// are two ports.
fn nth(model: &Model, id: DeclarationId, declaration: &Declaration) -> usize {
    model
        .declarations
        .iter()
        .take(id.0)
        .rev()
        .take_while(|d| d.service == declaration.service)
        .filter(|d| d.target == declaration.target && d.protocol == declaration.protocol)
        .count()
}

/// Union-find; the smallest member names its set.
struct Sets(Vec<usize>);

impl Sets {
    fn new(len: usize) -> Self {
        Self((0..len).collect())
    }

    fn find(&mut self, mut i: usize) -> usize {
        while let Some(&parent) = self.0.get(i) {
            if parent == i {
                break;
            }
            let grand = self.0.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.0.get_mut(i) {
                *slot = grand;
            }
            i = grand;
        }
        i
    }

    fn union(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        if let Some(slot) = self.0.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
}
