//! What the fuzz targets share.

pub mod harness;

/// Before the first input: all work on one thread, so that an input does the same every time. With `PORTLINT_FUZZ_READER=list` it
/// only prints the readers' names.
pub fn prepare() {
    if std::env::var("PORTLINT_FUZZ_READER").is_ok_and(|name| name == "list") {
        harness::readers().for_each(|reader| println!("{}", reader.name));
        std::process::exit(0);
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global();
    // A pool that exists already is the one of another call.
    let _ = pool;
}
