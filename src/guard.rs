//! Contains a panic of one reader or rule, so that the rest of the run goes on.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; a panic in it becomes its message.
///
/// What `work` was changing is left as it was at that moment: callers hand over plain data only.
pub fn guard<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    silence_guarded_panics();
    let outer = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|payload| {
        payload
            .downcast_ref::<&str>()
            .map(|&s| s.to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned())
    })
}

/// A panic that is caught and reported as a finding need not write to standard error as well; all others do as before.
fn silence_guarded_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(guard(|| 1), Ok(1));
        assert_eq!(guard(|| panic!("plain")).unwrap_err(), "plain");
        let n = 3;
        assert_eq!(guard(|| panic!("with {n}")).unwrap_err(), "with 3");
    }

    #[test]
    fn guards_nest() {
        let inner = guard(|| guard(|| panic!("inner")).unwrap_err());
        assert_eq!(inner.as_deref(), Ok("inner"));
        assert_eq!(guard(|| panic!("later")).unwrap_err(), "later");
    }
}
