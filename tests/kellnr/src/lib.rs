//! The test of this package is `tests/adopt.rs`: a real project is adopted.
