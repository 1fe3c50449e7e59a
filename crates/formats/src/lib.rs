//! Readers and writers of traces, problems and plans.
